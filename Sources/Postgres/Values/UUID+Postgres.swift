package import FoundationEssentials

extension UUID: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .uuid }
    package static var postgresArrayType: PostgresType { .uuidArray }

    package func encode(into buffer: inout PostgresBuffer) {
        withUnsafeBytes(of: uuid) { buffer.append($0) }
    }

    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> UUID {
        let bytes = try cell.bytes(of: .uuid)
        guard bytes.count == 16 else { throw PostgresCell.Mismatch(reason: "it has \(bytes.count) bytes") }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
