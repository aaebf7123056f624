/// One row of an answer: the values of the schema's columns, asked for by their index in the schema.
///
/// The row owns its bytes, so it may be copied and kept; a scanner reuses the memory of a row that nobody kept.
/// Strings are valid UTF-8 with their escapes resolved. They may hold U+0000, which JSON allows and PostgreSQL does not.
package struct JSONRow: Sendable {
    /// What a column holds. Ranges are offsets into `source` or `unescaped`.
    enum Slot: Sendable {
        case absent
        case null
        case integer(Int64)
        case source(start: Int, end: Int)
        case unescaped(start: Int, end: Int)
    }

    /// Number of the row in the answer, from 0.
    package internal(set) var ordinal = 0
    /// Offset of the row's opening brace in the answer, in bytes.
    package internal(set) var byteOffset = 0
    /// One for each column of the schema.
    var slots: [Slot] = []
    /// The row as it was received.
    var source: [UInt8] = []
    /// The strings that were received with escapes, resolved, one after the other.
    var unescaped: [UInt8] = []

    /// Whether the row lacks the column's key, or an object that leads to it.
    package func isAbsent(_ column: Int) -> Bool {
        if case .absent = slots[column] { true } else { false }
    }

    /// Whether the column, or an object that leads to it, is `null`.
    package func isNull(_ column: Int) -> Bool {
        if case .null = slots[column] { true } else { false }
    }

    /// The number in an integer column; nil when it is absent or null.
    package func integer(_ column: Int) -> Int64? {
        if case .integer(let value) = slots[column] { value } else { nil }
    }

    /// The text in a string column, or the spelling in a number column; nil when it is absent or null.
    package func string(_ column: Int) -> String? {
        withUTF8Bytes(column) { bytes in
            bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Lends the UTF-8 of a string or number column without allocating; nil, and `body` is not called, when it is absent or null.
    package func withUTF8Bytes<Result>(
        _ column: Int,
        _ body: (Span<UInt8>) throws -> Result
    ) rethrows -> Result? {
        switch slots[column] {
        case .source(let start, let end): try body(source.span.extracting(start..<end))
        case .unescaped(let start, let end): try body(unescaped.span.extracting(start..<end))
        case .absent, .null, .integer: nil
        }
    }
}
