package import FoundationEssentials

/// Writes the rows of a binary COPY: each row begins with its number of columns, then come the values in order.
///
/// ```swift
/// try writer.beginRow(columns: 2)
/// writer.write(Int64(7))
/// writer.write("seven")
/// ```
///
/// Values are gathered in one buffer of just under 64 kB that goes to libpq whole. Their types must be exactly those
/// of the columns: COPY does not convert.
package struct PostgresCopyWriter: ~Copyable {
    /// 64 kB less the header that the protocol puts before each piece.
    private static let capacity = 65_536 - 5

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
    private var filled = 0
    private var columnsLeft = 0
    private let send: (UnsafeRawBufferPointer) throws -> Void

    init(send: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.send = send
        // Signature, flags and length of a header extension (manual, "COPY", binary format).
        let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
        buffer.copyBytes(from: header)
        filled = header.count
    }

    deinit { buffer.deallocate() }

    /// Begins a row; all values of the one before must have been written.
    package mutating func beginRow(columns: Int) throws {
        guard columnsLeft == 0 else { throw PostgresError.misuse("\(columnsLeft) values of a COPY row are missing") }
        guard let count = Int16(exactly: columns), count >= 0 else {
            throw PostgresError.misuse("a COPY row cannot have \(columns) columns")
        }
        columnsLeft = columns
        try put(count)
    }

    package mutating func write(_ value: Int16) throws { try write(integer: value) }
    package mutating func write(_ value: Int32) throws { try write(integer: value) }
    package mutating func write(_ value: Int64) throws { try write(integer: value) }
    package mutating func write(_ value: Bool) throws { try write(integer: value ? UInt8(1) : 0) }
    /// A `double precision`.
    package mutating func write(_ value: Double) throws { try write(integer: value.bitPattern) }
    /// A `timestamptz`.
    package mutating func write(_ value: Date) throws { try write(integer: try value.wireMicroseconds()) }
    package mutating func write(_ value: PostgresDate) throws { try write(integer: try value.wireDays()) }

    package mutating func write(_ value: UUID) throws {
        try beginValue(length: 16)
        try withUnsafeBytes(of: value.uuid) { try put(bytes: $0) }
    }

    /// A text, or the label of an enum.
    package mutating func write(_ value: String) throws {
        var value = value
        try value.withUTF8 { text in
            guard !text.contains(0) else {
                throw PostgresError.invalidValue("the text contains a NUL byte, which PostgreSQL cannot store")
            }
            try beginValue(length: text.count)
            try put(bytes: UnsafeRawBufferPointer(text))
        }
    }

    /// A `bytea`.
    package mutating func write(_ value: [UInt8]) throws {
        try beginValue(length: value.count)
        try value.withUnsafeBytes { try put(bytes: $0) }
    }

    package mutating func writeNull() throws {
        try beginValue(length: -1)
    }

    /// Writes the end of the data and sends what is left.
    mutating func finish() throws {
        guard columnsLeft == 0 else { throw PostgresError.misuse("\(columnsLeft) values of a COPY row are missing") }
        try put(Int16(-1))
        try flush()
    }

    private mutating func write(integer: some FixedWidthInteger) throws {
        try beginValue(length: integer.bitWidth / 8)
        try put(integer)
    }

    private mutating func beginValue(length: Int) throws {
        guard columnsLeft > 0 else { throw PostgresError.misuse("a COPY row has more values than columns") }
        guard let length = Int32(exactly: length) else {
            throw PostgresError.invalidValue("a value of \(length) bytes is too long")
        }
        columnsLeft -= 1
        try put(length)
    }

    private mutating func put<T: FixedWidthInteger>(_ integer: T) throws {
        if buffer.count - filled < MemoryLayout<T>.size { try flush() }
        buffer.storeBytes(of: integer.bigEndian, toByteOffset: filled, as: T.self)
        filled += MemoryLayout<T>.size
    }

    private mutating func put(bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if filled == buffer.count { try flush() }
            let piece = rest.prefix(buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: piece))
            filled += piece.count
            rest = rest.dropFirst(piece.count)
        }
    }

    private mutating func flush() throws {
        defer { filled = 0 }
        try send(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    }
}
