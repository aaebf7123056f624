package import JSONRows

/// The schema of all suites: two strings, an integer, a nested string.
package let schema = JSONRowsSchema(
    rowsKey: "results",
    columns: [.string("clientId"), .string("templateUri"), .integer("requests"), .string("oauthClient.id")],
    documentFields: ["queryStatus", "nextUri", "cursors.after"]
)

/// What a column held.
package enum Value: Equatable, Sendable {
    case absent
    case null
    case text(String)
    case integer(Int64)

    /// Texts are the same when their bytes are; Swift's strings are equal already when they look the same.
    package static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.absent, .absent), (.null, .null): true
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.integer(let left), .integer(let right)): left == right
        default: false
        }
    }
}

/// A row that was handed out.
package struct ScannedRow: Equatable, Sendable {
    package var ordinal: Int
    package var byteOffset: Int
    package var values: [Value]

    package init(ordinal: Int, byteOffset: Int, values: [Value]) {
        self.ordinal = ordinal
        self.byteOffset = byteOffset
        self.values = values
    }
}

/// All that a scanner said about one answer.
package struct Scanned: Equatable, Sendable {
    package var rows: [ScannedRow] = []
    package var summary: JSONRowsSummary?
    package var error: JSONRowsError?
    /// Whatever was thrown that is no error of the scanner's own, which must not be.
    package var surprise: String?
}

/// Scans the chunks one after the other.
package func scan(
    chunks: some Sequence<ArraySlice<UInt8>>,
    schema: JSONRowsSchema = schema,
    limits: JSONRowsLimits = JSONRowsLimits()
) -> Scanned {
    var scanner = JSONRowsScanner(schema: schema, limits: limits)
    var scanned = Scanned()
    do {
        for chunk in chunks {
            try chunk.withUnsafeBytes { bytes in
                try scanner.feed(bytes) { row in
                    scanned.rows.append(copy(row, schema: schema))
                }
            }
        }
        scanned.summary = try scanner.finish()
    } catch let error as JSONRowsError {
        scanned.error = error
    } catch {
        scanned.surprise = "\(error)"
    }
    return scanned
}

private func copy(_ row: borrowing JSONRow, schema: JSONRowsSchema) -> ScannedRow {
    var values: [Value] = []
    for (index, column) in schema.columns.enumerated() {
        if row.isAbsent(index) {
            values.append(.absent)
        } else if row.isNull(index) {
            values.append(.null)
        } else {
            switch column.kind {
            case .string, .number: values.append(row.string(index).map(Value.text) ?? .absent)
            case .integer: values.append(row.integer(index).map(Value.integer) ?? .absent)
            }
        }
    }
    return ScannedRow(ordinal: row.ordinal, byteOffset: row.byteOffset, values: values)
}
