/// A value that can be read from a result.
package protocol PostgresDecodable: Sendable {
    /// Reads a value in PostgreSQL's binary format.
    ///
    /// - Throws: ``PostgresCell/Mismatch``, to which the row adds column and types.
    static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Self
}

/// One value of a result: its type and its bytes, nil for NULL. Valid only while it is decoded.
package struct PostgresCell {
    let type: PostgresType
    let bytes: UnsafeRawBufferPointer?

    /// Why a value cannot be read, without the value.
    package struct Mismatch: Error, Sendable {
        let reason: String
    }

    /// The bytes of a value that is not NULL and has one of the types.
    func bytes(of types: PostgresType...) throws(Mismatch) -> UnsafeRawBufferPointer {
        guard types.contains(type) else { throw Mismatch(reason: "the types do not match") }
        return try notNull()
    }

    func notNull() throws(Mismatch) -> UnsafeRawBufferPointer {
        guard let bytes else { throw Mismatch(reason: "it is NULL") }
        return bytes
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Self {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}
