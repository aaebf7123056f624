/// The rows of a result, in memory, in the server's order.
package struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PQResult
    let columns: PostgresColumns

    init(_ result: PQResult) {
        self.result = result
        self.columns = PostgresColumns(result)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }

    package subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "there is no row \(position)")
        return PostgresRow(result: result, columns: columns, index: position)
    }
}

/// Names and types of a result's columns.
final class PostgresColumns: Sendable {
    let names: [String]
    let types: [PostgresType]
    /// Positions by name; nil for a name that several columns have.
    private let positions: [String: Int?]

    init(_ result: PQResult) {
        names = (0..<result.columnCount).map(result.columnName)
        types = (0..<result.columnCount).map { PostgresType(oid: result.columnType($0)) }
        positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { _, _ in nil })
    }

    func position(of name: String, wanted: String) throws -> Int {
        guard let position = positions[name] else { throw absent(name, wanted, "the result has no such column") }
        guard let position else { throw absent(name, wanted, "several columns have that name") }
        return position
    }

    private func absent(_ name: String, _ wanted: String, _ reason: String) -> PostgresError {
        .decoding(PostgresDecodingError(column: name, sqlType: "unknown", wanted: wanted, reason: reason))
    }
}
