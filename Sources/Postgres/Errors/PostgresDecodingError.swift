/// A value in a result that is not what the caller asked for.
package struct PostgresDecodingError: Error, Sendable, CustomStringConvertible {
    package var column: String
    /// Name of the SQL type, or `type 12345` for one that is not known here.
    package var sqlType: String
    package var wanted: String
    /// Never quotes the value.
    package var reason: String

    package var description: String {
        "cannot read column \"\(column)\" of SQL type \(sqlType) as \(wanted): \(reason)"
    }
}
