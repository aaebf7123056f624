/// What an answer held besides its rows.
package struct JSONRowsSummary: Sendable, Equatable {
    /// What stood under the key of the rows.
    package enum RowsMember: Sendable, Equatable {
        /// The key was not there at all.
        case absent
        /// `null`.
        case null
        /// An array, perhaps an empty one.
        case array
    }

    /// A string of the document outside its rows.
    package enum Field: Sendable, Equatable {
        /// The key, or an object that leads to it, was not there.
        case absent
        /// The key, or an object that leads to it, was `null`.
        case null
        /// A string, escapes resolved.
        case string(String)
    }

    /// Keys that the schema does not name. Their values are checked and dropped.
    package struct UnknownKeys: Sendable, Equatable {
        /// How often each remembered key occurred, by its path.
        package let occurrences: [String: Int]
        /// How many occurrences had a name that was too long, or came after too many others, to be remembered.
        package let unnamed: Int

        /// States which keys occurred how often.
        package init(occurrences: [String: Int], unnamed: Int = 0) {
            self.occurrences = occurrences
            self.unnamed = unnamed
        }

        /// All occurrences of all unknown keys.
        package var total: Int {
            occurrences.values.reduce(unnamed, +)
        }
    }

    /// How many rows were handed out.
    package let rowCount: Int
    /// Length of the whole answer, in bytes.
    package let byteCount: Int
    /// Whether the key of the rows was there.
    package let rowsMember: RowsMember
    /// The schema's document fields, by their path.
    package let fields: [String: Field]
    /// Keys of rows, and of the objects in them that lead to columns, that the schema does not name.
    package let unknownRowKeys: UnknownKeys
    /// Keys at the top level, and in the objects there that lead to document fields, that the schema does not name.
    package let unknownDocumentKeys: UnknownKeys

    /// The text of a document field; nil when it was absent or null, or the schema does not name it.
    package func string(_ path: String) -> String? {
        if case .string(let text) = fields[path] { text } else { nil }
    }
}
