import CLibpq

/// `PGresult *`: the answer to one statement.
///
/// `@unchecked Sendable` on libpq's word (manual, 34.20): "PGresult objects are normally read-only after creation,
/// and so can be passed around freely between threads". No function that alters one is called.
final class PQResult: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var isError: Bool { status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE }
    /// A COPY has begun: the protocol is in another state, and `PQgetResult` would answer the same for ever.
    var isCopy: Bool { status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH }

    var errorMessage: String { String(cString: PQresultErrorMessage(pointer)).trimmingTrailingWhitespace() }

    func errorField(_ field: DiagnosticField) -> String? {
        PQresultErrorField(pointer, field.code).map { String(cString: $0) }
    }

    /// The command tag, such as `INSERT 0 1`.
    var commandStatus: String { String(cString: PQcmdStatus(pointer)) }
    /// Rows affected; 0 for a statement that counts none.
    var commandTuples: Int64 { Int64(String(cString: PQcmdTuples(pointer))) ?? 0 }

    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    func columnName(_ column: Int) -> String { PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "" }

    func columnType(_ column: Int) -> UInt32 { PQftype(pointer, Int32(column)) }

    /// The bytes of one value, nil for NULL; valid while this object lives.
    func value(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(pointer, Int32(row), Int32(column)) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, Int32(row), Int32(column)),
            count: Int(PQgetlength(pointer, Int32(row), Int32(column))))
    }

    /// The `PG_DIAG_…` characters, which Swift does not import.
    enum DiagnosticField: Character {
        case severity = "V"
        case sqlState = "C"
        case message = "M"
        case detail = "D"
        case hint = "H"
        case position = "P"
        case `where` = "W"
        case schema = "s"
        case table = "t"
        case column = "c"
        case constraint = "n"

        var code: Int32 { Int32(rawValue.asciiValue ?? 0) }
    }
}

extension PQResult.DiagnosticField {
    /// Of a result that is not owned, inside a notice receiver.
    func value(of pointer: OpaquePointer) -> String? {
        PQresultErrorField(pointer, code).map { String(cString: $0) }
    }
}

extension String {
    /// libpq ends its messages with a newline.
    func trimmingTrailingWhitespace() -> String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last])
    }
}
