extension Int16: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int2 }
    package static var postgresArrayType: PostgresType { .int2Array }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }

    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Int16 {
        try cell.bytes(of: .int2).wholeInteger()
    }
}

extension Int32: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int4 }
    package static var postgresArrayType: PostgresType { .int4Array }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Narrower integers widen.
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Int32 {
        cell.type == .int2 ? Int32(try Int16.decode(cell)) : try cell.bytes(of: .int4).wholeInteger()
    }
}

extension Int64: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }

    /// Narrower integers widen, object identifiers too.
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Int64 {
        switch cell.type {
        case .int2, .int4: Int64(try Int32.decode(cell))
        case .oid: Int64(try cell.notNull().wholeInteger(UInt32.self))
        default: try cell.bytes(of: .int8).wholeInteger()
        }
    }
}

extension Int: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(Int64(self)) }

    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Int {
        Int(try Int64.decode(cell))
    }
}
