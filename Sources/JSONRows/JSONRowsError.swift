/// Why an answer was refused, and where.
///
/// Kind and position depend on the bytes of the answer alone, not on how they were cut into chunks.
package struct JSONRowsError: Error, Equatable, Sendable {
    /// Type of a JSON value.
    package enum ValueType: String, Sendable {
        case object, array, string, number, boolean, null
    }

    /// What is wrong.
    package enum Kind: Equatable, Sendable {
        /// The answer has no byte besides white space.
        case emptyBody
        /// The answer begins with `<`, so it is HTML or XML.
        case markup
        /// The answer begins with a byte that starts a byte order mark.
        case byteOrderMark(UInt8)
        /// The answer begins with a byte that starts no JSON object.
        case notAnObject(UInt8)
        /// The answer ended before the document did.
        case truncated
        /// Something other than white space follows the document.
        case trailingByte(UInt8)
        /// A byte stands where the grammar wants something else.
        case unexpectedByte(UInt8, expected: String)
        /// A string is not valid UTF-8; the byte begins the broken sequence.
        case invalidUTF8(UInt8)
        /// A control character stands unescaped in a string.
        case controlCharacter(UInt8)
        /// A backslash is followed by this byte, which makes no escape sequence.
        case invalidEscape(UInt8)
        /// A `\u` escape names half of a surrogate pair and the other half does not follow, or comes first.
        case loneSurrogate(UInt16)
        /// This byte continues no number: a zero may not lead, and point, sign and exponent need digits.
        case invalidNumber(UInt8)
        /// An integer column holds a number with fraction or exponent, whatever its value.
        case notAnInteger
        /// An integer column holds a number beyond `Int64`; at most its first 24 bytes.
        case integerOutOfRange(String)
        /// A column, a document field or an object on the way to one holds a value of another type.
        case wrongType(expected: ValueType, found: ValueType)
        /// A key occurs twice in one object.
        case duplicateKey(String)
        /// A row, or a key or value at the top level, is longer than this many bytes.
        case tooLong(limit: Int)
        /// More than this many objects and arrays are open at once.
        case tooDeep(limit: Int)
        /// Whoever received a row threw an error, so scanning ended there.
        case abandoned
    }

    /// What is wrong.
    package let kind: Kind
    /// Where in the answer, in bytes from 0; the answer's length when it ended too early.
    package let byteOffset: Int
    /// Number of the row in which it was found, from 0.
    package let row: Int?
    /// Path of the column or document field whose value is concerned.
    package let column: String?

    /// Whether the answer ended too early, as it does when a connection is cut: asking again may help.
    package var isTruncated: Bool {
        kind == .truncated || kind == .emptyBody
    }

    /// Whether the answer is JSON as it should be, but more of it than the limits allow.
    package var isBeyondLimit: Bool {
        switch kind {
        case .tooLong, .tooDeep: true
        default: false
        }
    }
}
