/// A small answer that is one object, of which some members are wanted: read with the same care as rows.
///
/// Unlike `JSONDecoder` it keeps the spelling of numbers, and refuses an object in which a key occurs twice.
package enum JSONDocument {
    /// Reads a whole answer.
    ///
    /// - Parameters:
    ///   - bytes: the answer.
    ///   - columns: the members wanted.
    ///   - limits: how deep objects may be nested, and how many unknown keys are remembered.
    /// - Returns: the members, and the keys that nobody asked for.
    /// - Throws: `JSONRowsError`, for anything but one JSON object.
    package static func read(
        _ bytes: [UInt8],
        columns: [JSONRowsSchema.Column],
        limits: JSONRowsLimits = JSONRowsLimits()
    ) throws(JSONRowsError) -> (members: JSONRow, unknownKeys: JSONRowsSummary.UnknownKeys) {
        var reader = MemberReader(columns: columns, limits: limits)
        var index = 0
        do throws(Fault) {
            try readObject(bytes.span.bytes, &index, with: &reader)
        } catch {
            switch error {
            case .truncated:
                let isEmpty = bytes.allSatisfy(Grammar.isWhitespace)
                throw JSONRowsError(
                    kind: isEmpty ? .emptyBody : .truncated, byteOffset: bytes.count, row: nil, column: nil)
            case .invalid(let kind, let offset):
                throw JSONRowsError(kind: kind, byteOffset: offset, row: nil, column: reader.currentColumn)
            }
        }
        var members = reader.row
        members.source = bytes
        return (members, reader.keys.unknownKeys)
    }

    private static func readObject(
        _ bytes: RawSpan,
        _ index: inout Int,
        with reader: inout MemberReader
    ) throws(Fault) {
        let first = try Grammar.significantByte(bytes, &index)
        guard first == UInt8(ascii: "{") else { throw .invalid(kind(ofDocumentBeginningWith: first), at: index) }
        try reader.readRow(bytes, &index, depth: 1)
        while index < bytes.byteCount {
            let next = try Grammar.byte(bytes, index)
            guard Grammar.isWhitespace(next) else { throw .invalid(.trailingByte(next), at: index) }
            index += 1
        }
    }

    private static func kind(ofDocumentBeginningWith byte: UInt8) -> JSONRowsError.Kind {
        switch byte {
        case UInt8(ascii: "<"): .markup
        case 0xEF, 0xFE, 0xFF: .byteOrderMark(byte)
        case UInt8(ascii: "["): .wrongType(expected: .object, found: .array)
        default: .notAnObject(byte)
        }
    }
}
