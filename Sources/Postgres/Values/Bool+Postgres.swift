extension Bool: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .bool }
    package static var postgresArrayType: PostgresType { .boolArray }

    package func encode(into buffer: inout PostgresBuffer) { buffer.append(self ? UInt8(1) : 0) }

    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> Bool {
        try cell.bytes(of: .bool).wholeInteger(UInt8.self) != 0
    }
}
