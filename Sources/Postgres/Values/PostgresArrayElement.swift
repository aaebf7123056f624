/// A type whose arrays can be bound and read: a one-dimensional SQL array without NULLs, or `bytea` for bytes.
package protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }

    static func encodeArray(_ elements: [Self], into buffer: inout PostgresBuffer) throws
    static func decodeArray(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> [Self]
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func encode(into buffer: inout PostgresBuffer) throws { try Element.encodeArray(self, into: &buffer) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package static func decode(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> [Element] {
        try Element.decodeArray(cell)
    }
}

extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }

    package static func encodeArray(_ elements: [UInt8], into buffer: inout PostgresBuffer) { buffer.append(elements) }

    package static func decodeArray(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> [UInt8] {
        Array(try cell.bytes(of: .bytea))
    }
}

/// The wire format of `array_recv` and `array_send`.
extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    package static func encodeArray(_ elements: [Self], into buffer: inout PostgresBuffer) throws {
        buffer.append(Int32(elements.isEmpty ? 0 : 1))  // dimensions
        buffer.append(Int32(0))  // there are no NULLs
        buffer.append(elementType.oid)
        guard !elements.isEmpty else { return }
        buffer.append(Int32(elements.count))
        buffer.append(Int32(1))  // lower bound
        for element in elements { try buffer.appendWithLength(element) }
    }

    package static func decodeArray(_ cell: PostgresCell) throws(PostgresCell.Mismatch) -> [Self] {
        let bytes = try cell.notNull()
        let malformed = PostgresCell.Mismatch(reason: "it is not an array")
        // Arrays of enums and other types of the user's are told by their elements.
        guard cell.type == postgresArrayType || cell.type.isUserDefined else {
            throw PostgresCell.Mismatch(reason: "the types do not match")
        }
        guard let dimensions = bytes.integer(Int32.self), let oid = bytes.integer(UInt32.self, at: 8) else {
            throw malformed
        }
        guard dimensions != 0 else { return [] }
        guard dimensions == 1, let count = bytes.integer(Int32.self, at: 12), count >= 0 else {
            throw PostgresCell.Mismatch(reason: "it has \(dimensions) dimensions")
        }
        var elements: [Self] = []
        elements.reserveCapacity(min(Int(count), bytes.count / 4))
        var offset = 20
        for _ in 0..<count {
            guard let length = bytes.integer(Int32.self, at: offset).map(Int.init) else { throw malformed }
            offset += 4
            guard length >= 0 else { throw PostgresCell.Mismatch(reason: "an element is NULL") }
            guard offset + length <= bytes.count else { throw malformed }
            let element = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            elements.append(try decode(PostgresCell(type: PostgresType(oid: oid), bytes: element)))
            offset += length
        }
        return elements
    }

    /// Inside an array no type can be left to be inferred.
    private static var elementType: PostgresType { postgresType == .inferred ? .text : postgresType }
}
