/// Where the rows of an answer are, and which of their members are wanted.
///
/// Rows are found by their key at the top level of the document, never by depth:
///
/// ```json
/// {"results": [{"clientId": "…", "requests": 2}], "queryStatus": "Complete", "cursors": {"after": "…"}}
/// ```
///
/// Columns and document fields are named by the path of keys that leads to them, joined by dots: `requests`,
/// `oauthClient.id`, `cursors.after`. A key that itself contains a dot cannot be named.
package struct JSONRowsSchema: Sendable, Equatable {
    /// What a column must hold, unless it is `null` or absent.
    package enum ColumnKind: Sendable, Equatable {
        /// A JSON string.
        case string
        /// A JSON number spelled without fraction and exponent that fits `Int64`: `1.0` and `1e2` are refused.
        case integer
        /// Any JSON number, kept as it is spelled.
        case number
    }

    /// One wanted member of every row.
    package struct Column: Sendable, Equatable {
        /// Keys from the row to the member, joined by dots.
        package let path: String
        /// What the member must hold.
        package let kind: ColumnKind

        /// A column that holds strings.
        package static func string(_ path: String) -> Column {
            Column(path: path, kind: .string)
        }

        /// A column that holds integers.
        package static func integer(_ path: String) -> Column {
            Column(path: path, kind: .integer)
        }

        /// A column that holds numbers of any size and precision.
        package static func number(_ path: String) -> Column {
            Column(path: path, kind: .number)
        }
    }

    /// Key of the array of rows at the top level of the document.
    package let rowsKey: String
    /// The wanted members of a row; `JSONRow` is asked by index into this list.
    package let columns: [Column]
    /// Paths, from the top level of the document, of the strings that the summary is to hold.
    package let documentFields: [String]

    /// Describes an answer.
    ///
    /// Every path must be named once, must not lead through another one, and no document field may be or lead through
    /// `rowsKey`: anything else is a mistake in the program and stops it when a scanner is made.
    package init(rowsKey: String, columns: [Column], documentFields: [String] = []) {
        self.rowsKey = rowsKey
        self.columns = columns
        self.documentFields = documentFields
    }
}
