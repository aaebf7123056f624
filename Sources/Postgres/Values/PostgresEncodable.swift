/// A value that can be bound to a placeholder.
package protocol PostgresEncodable: Sendable {
    /// The type the placeholder gets; ``PostgresType/inferred`` means that the value is sent as text, for the server to
    /// read as whatever type the statement wants there.
    static var postgresType: PostgresType { get }

    /// Whether the value is NULL.
    var isNull: Bool { get }

    /// Appends the value in PostgreSQL's binary format, or as text if the type is inferred.
    ///
    /// - Throws: ``PostgresError/invalidValue(_:)``.
    func encode(into buffer: inout PostgresBuffer) throws
}

extension PostgresEncodable {
    package var isNull: Bool { false }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package var isNull: Bool { self?.isNull ?? true }

    package func encode(into buffer: inout PostgresBuffer) throws { try self?.encode(into: &buffer) }
}
