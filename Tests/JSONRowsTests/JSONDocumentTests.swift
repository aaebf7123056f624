import Testing

@testable import JSONRows

struct JSONDocumentTests {
    private static let columns: [JSONRowsSchema.Column] = [
        .number("data.units"), .string("data.name"), .integer("count"),
    ]

    private func read(_ text: String) throws -> (members: JSONRow, unknownKeys: JSONRowsSummary.UnknownKeys) {
        try JSONDocument.read(Array(text.utf8), columns: Self.columns)
    }

    @Test(arguments: ["0", "-0.10", "1e400", "12345678901234567890123456789012345678901234567890.5", "7E-2"])
    func `a number keeps its spelling`(spelling: String) throws {
        let members = try read(" {\"data\": {\"units\":\(spelling)}}\n").members
        #expect(members.string(0) == spelling)
    }

    @Test func `members are found by their path, and others are counted`() throws {
        let (members, unknownKeys) = try read(#"{"x":[{}],"count":7,"data":{"name":"\u00e9\"","y":1}}"#)
        #expect(members.isAbsent(0))
        #expect(members.string(1) == "\u{E9}\"")
        #expect(members.integer(2) == 7)
        #expect(unknownKeys.occurrences == ["x": 1, "data.y": 1])
    }

    @Test(arguments: [
        ("", JSONRowsError.Kind.emptyBody, 0), (" \n", .emptyBody, 2), ("<html>", .markup, 0), (" <", .markup, 1),
        ("[]", .wrongType(expected: .object, found: .array), 0), ("7", .notAnObject(UInt8(ascii: "7")), 0),
        (#"{"count":1"#, .truncated, 10), (#"{"count":1}x"#, .trailingByte(UInt8(ascii: "x")), 11),
        (#"{"count":1,"count":2}"#, .duplicateKey("count"), 11),
        (#"{"data":{"units":"1"}}"#, .wrongType(expected: .number, found: .string), 17),
        (#"{"data":{"name":1}}"#, .wrongType(expected: .string, found: .number), 16),
        (#"{"data":[]}"#, .wrongType(expected: .object, found: .array), 8), (#"{"count":1.0}"#, .notAnInteger, 9),
        (#"{"data":{"units":01}}"#, .invalidNumber(UInt8(ascii: "1")), 18),
    ])
    func `what is no such object is refused, with kind and place`(
        text: String, kind: JSONRowsError.Kind, offset: Int
    ) {
        let error = #expect(throws: JSONRowsError.self) { try read(text) }
        #expect(error?.kind == kind)
        #expect(error?.byteOffset == offset)
        #expect(error?.row == nil)
    }

    @Test func `the member that is wrong is named`() {
        let error = #expect(throws: JSONRowsError.self) { try read(#"{"data":{"units":true}}"#) }
        #expect(error?.column == "data.units")
    }

    @Test func `objects are not followed deeper than the limit`() throws {
        let text = #"{"a":{"b":{"c":1}}}"#
        _ = try JSONDocument.read(Array(text.utf8), columns: [], limits: JSONRowsLimits(depth: 3))
        let error = #expect(throws: JSONRowsError.self) {
            try JSONDocument.read(Array(text.utf8), columns: [], limits: JSONRowsLimits(depth: 2))
        }
        #expect(error?.kind == .tooDeep(limit: 2))
    }
}
