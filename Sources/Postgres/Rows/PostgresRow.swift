/// One row of a result.
package struct PostgresRow: Sendable {
    let result: PQResult
    let columns: PostgresColumns
    let index: Int

    /// Reads the column of that name.
    ///
    /// - Throws: ``PostgresError/decoding(_:)`` naming column, SQL type and wanted type.
    package func decode<T: PostgresDecodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        try decode(at: try columns.position(of: name, wanted: "\(T.self)"))
    }

    /// Reads the only column.
    ///
    /// - Throws: ``PostgresError/decoding(_:)``; ``PostgresError/misuse(_:)`` if there are not as many columns.
    package func decode<T: PostgresDecodable>(_ type: T.Type) throws -> T {
        try checkColumnCount(1)
        return try decode(at: 0)
    }

    /// Reads all columns in their order: `let (id, name) = try row.decode(Int64.self, String.self)`.
    ///
    /// - Throws: ``PostgresError/decoding(_:)``; ``PostgresError/misuse(_:)`` if there are not as many columns.
    package func decode<each T: PostgresDecodable>(_ types: repeat (each T).Type) throws -> (repeat each T) {
        var wanted = 0
        for _ in repeat (each T).self { wanted += 1 }
        try checkColumnCount(wanted)
        var column = 0
        func next<V: PostgresDecodable>(_: V.Type) throws -> V {
            defer { column += 1 }
            return try decode(at: column)
        }
        return (repeat try next((each T).self))
    }

    private func checkColumnCount(_ wanted: Int) throws {
        guard wanted == columns.names.count else {
            throw PostgresError.misuse("\(wanted) columns are read of a result that has \(columns.names.count)")
        }
    }

    private func decode<T: PostgresDecodable>(at column: Int) throws -> T {
        let type = columns.types[column]
        do throws(PostgresCell.Mismatch) {
            return try T.decode(PostgresCell(type: type, bytes: result.value(row: index, column: column)))
        } catch {
            throw PostgresError.decoding(
                PostgresDecodingError(
                    column: columns.names[column], sqlType: "\(type)", wanted: "\(T.self)", reason: error.reason))
        }
    }
}
