extension Double: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .float8 }
    package static var postgresArrayType: PostgresType { .float8Array }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(bitPattern) }

    /// `float4` widens; `numeric` does not convert exactly and must be cast in SQL.
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Double {
        if cell.type == .float4 { return Double(Float(bitPattern: try cell.notNull().wholeInteger())) }
        return Double(bitPattern: try cell.bytes(of: .float8).wholeInteger())
    }
}
