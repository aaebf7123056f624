/// Bytes on their way to the server: numbers in network order, text checked.
package struct PostgresBuffer: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ contents: some Sequence<UInt8>) { bytes.append(contentsOf: contents) }

    /// - Throws: ``PostgresError/invalidValue(_:)`` for a text with a NUL byte, which PostgreSQL cannot store.
    package mutating func append(text: String) throws {
        guard !text.utf8.contains(0) else {
            throw PostgresError.invalidValue("the text contains a NUL byte, which PostgreSQL cannot store")
        }
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a value behind its length, as COPY and arrays want it.
    mutating func appendWithLength(_ value: some PostgresEncodable) throws {
        let start = bytes.count
        append(Int32(0))
        try value.encode(into: &self)
        let length = Int32(bytes.count - start - 4)
        withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// An integer in network order at an offset; nil beyond the end.
    func integer<T: FixedWidthInteger>(_ type: T.Type = T.self, at offset: Int = 0) -> T? {
        guard offset >= 0, offset + MemoryLayout<T>.size <= count else { return nil }
        return T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// An integer that fills the value.
    func wholeInteger<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(PostgresCell.Mismatch) -> T {
        guard count == MemoryLayout<T>.size, let integer = integer(type) else {
            throw PostgresCell.Mismatch(reason: "it has \(count) bytes instead of \(MemoryLayout<T>.size)")
        }
        return integer
    }
}
