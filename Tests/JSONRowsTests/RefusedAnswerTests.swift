import JSONRows
import JSONRowsFuzzing
import Testing

/// An answer that must be refused; the place is that of the mark `¶` in `body`, or the end without one.
struct Refusal: Sendable, CustomTestStringConvertible {
    let body: [UInt8]
    let kind: JSONRowsError.Kind
    let byteOffset: Int
    let row: Int?
    let column: String?

    init(_ body: String, _ kind: JSONRowsError.Kind, row: Int? = nil, column: String? = nil) {
        self.init(Array(body.utf8), kind, row: row, column: column)
    }

    init(_ body: [UInt8], _ kind: JSONRowsError.Kind, row: Int? = nil, column: String? = nil) {
        let mark = Array("¶".utf8)
        let place = body.indices.first { body[$0...].starts(with: mark) }
        self.body = place.map { Array(body[..<$0] + body[($0 + mark.count)...]) } ?? body
        self.kind = kind
        byteOffset = place ?? body.count
        self.row = row
        self.column = column
    }

    var testDescription: String { "\(kind): \(String(decoding: body, as: UTF8.self))" }
}

@Suite struct RefusedAnswerTests {
    @Test(arguments: [
        Refusal("", .emptyBody),
        Refusal(" \r\n\t ", .emptyBody),
        Refusal("¶<!DOCTYPE html><html></html>", .markup),
        Refusal("\n ¶<html>", .markup),
        Refusal([0xC2, 0xB6, 0xEF, 0xBB, 0xBF, 0x7B, 0x7D], .byteOrderMark(0xEF)),
        Refusal([0xC2, 0xB6, 0xFF, 0xFE, 0x7B, 0x00], .byteOrderMark(0xFF)),
        Refusal([0xC2, 0xB6, 0xFE, 0xFF, 0x00, 0x7B], .byteOrderMark(0xFE)),
        Refusal("¶[]", .wrongType(expected: .object, found: .array)),
        Refusal("¶Too many requests", .notAnObject(UInt8(ascii: "T"))),
        Refusal("¶null", .notAnObject(UInt8(ascii: "n"))),
        Refusal("¶\"text\"", .notAnObject(UInt8(ascii: "\""))),
        Refusal("¶\u{B}{}", .notAnObject(0x0B)),
        Refusal("{}¶{}", .trailingByte(UInt8(ascii: "{"))),
        Refusal("{} ¶x", .trailingByte(UInt8(ascii: "x"))),
        Refusal(#"{"results":[]}¶}"#, .trailingByte(UInt8(ascii: "}"))),
        Refusal([0x7B, 0x7D, 0xC2, 0xB6, 0x00], .trailingByte(0)),
        Refusal("{¶,}", .unexpectedByte(UInt8(ascii: ","), expected: "a key in quotes or \"}\"")),
        Refusal("{¶queryStatus:1}", .unexpectedByte(UInt8(ascii: "q"), expected: "a key in quotes or \"}\"")),
        Refusal("{¶'a':1}", .unexpectedByte(UInt8(ascii: "'"), expected: "a key in quotes or \"}\"")),
        Refusal("{¶/**/}", .unexpectedByte(UInt8(ascii: "/"), expected: "a key in quotes or \"}\"")),
        Refusal(#"{"a"¶,1}"#, .unexpectedByte(UInt8(ascii: ","), expected: "\":\"")),
        Refusal(#"{"a":¶}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "a value")),
        Refusal(#"{"a":1,¶}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes")),
        Refusal(#"{"a":1¶]"#, .unexpectedByte(UInt8(ascii: "]"), expected: "\",\" or \"}\"")),
        Refusal(#"{"a":1 ¶"b":2}"#, .unexpectedByte(UInt8(ascii: "\""), expected: "\",\" or \"}\"")),
        Refusal(#"{"a":[1¶}}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "\",\" or \"]\"")),
        Refusal(#"{"a":[1,¶]}"#, .unexpectedByte(UInt8(ascii: "]"), expected: "a value")),
        Refusal(#"{"a":{"b":1,¶}}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes")),
        Refusal(#"{"a":{"b"¶1}}"#, .unexpectedByte(UInt8(ascii: "1"), expected: "\":\"")),
        Refusal(#"{"a":t¶True}"#, .unexpectedByte(UInt8(ascii: "T"), expected: "the literal true")),
        Refusal(#"{"a":nul¶,"b":1}"#, .unexpectedByte(UInt8(ascii: ","), expected: "the literal null")),
        Refusal(#"{"a":null¶l}"#, .unexpectedByte(UInt8(ascii: "l"), expected: "\",\" or \"}\"")),
        Refusal(#"{"a":¶undefined}"#, .unexpectedByte(UInt8(ascii: "u"), expected: "a value")),
    ])
    func `a document that is not JSON, or no object, is refused`(refusal: Refusal) {
        expect(refusal)
    }

    @Test(arguments: [
        Refusal(
            #"{"results":[{}¶;{}]}"#, .unexpectedByte(UInt8(ascii: ";"), expected: "\",\" or \"]\"")),
        Refusal(#"{"results":[{}¶}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "\",\" or \"]\"")),
        Refusal(#"{"results":[{},¶]}"#, .unexpectedByte(UInt8(ascii: "]"), expected: "a value"), row: 1),
        Refusal(#"{"results":[¶,{}]}"#, .unexpectedByte(UInt8(ascii: ","), expected: "a value"), row: 0),
        Refusal(#"{"results":[¶1]}"#, .wrongType(expected: .object, found: .number), row: 0),
        Refusal(#"{"results":[{}, ¶null]}"#, .wrongType(expected: .object, found: .null), row: 1),
        Refusal(#"{"results":[¶[]]}"#, .wrongType(expected: .object, found: .array), row: 0),
        Refusal(#"{"results":[{¶,}]}"#, .unexpectedByte(UInt8(ascii: ","), expected: "a key in quotes"), row: 0),
        Refusal(#"{"results":[{"clientId"¶}]}"#, .unexpectedByte(UInt8(ascii: "}"), expected: "\":\""), row: 0),
        Refusal(
            #"{"results":[{},{"clientId":"a"¶"b"}]}"#,
            .unexpectedByte(UInt8(ascii: "\""), expected: "\",\" or \"}\""), row: 1),
        Refusal(
            #"{"results":[{"clientId":"a",¶}]}"#,
            .unexpectedByte(UInt8(ascii: "}"), expected: "a key in quotes"), row: 0),
        Refusal(
            #"{"results":[{"clientId":¶x}]}"#, .unexpectedByte(UInt8(ascii: "x"), expected: "a value"), row: 0,
            column: "clientId"),
        Refusal(
            #"{"results":[{"requests":nu¶x}]}"#,
            .unexpectedByte(UInt8(ascii: "x"), expected: "the literal null"), row: 0, column: "requests"),
        Refusal(
            #"{"results":[{"oauthClient":{"id":"a"¶]}]}"#,
            .unexpectedByte(UInt8(ascii: "]"), expected: "\",\" or \"}\""), row: 0),
    ])
    func `rows that are not JSON, or no objects, are refused`(refusal: Refusal) {
        expect(refusal)
    }

    @Test(arguments: [
        ("results", #"¶{}"#, JSONRowsError.ValueType.array, JSONRowsError.ValueType.object),
        ("results", #"¶"a""#, .array, .string),
        ("results", #"¶false"#, .array, .boolean),
        ("queryStatus", "¶7", .string, .number),
        ("nextUri", "¶[]", .string, .array),
        ("cursors", #"¶"a""#, .object, .string),
        ("cursors", "¶[]", .object, .array),
    ])
    func `a document field of another type is refused with its name`(
        key: String, value: String, expected: JSONRowsError.ValueType, found: JSONRowsError.ValueType
    ) {
        let kind = JSONRowsError.Kind.wrongType(expected: expected, found: found)
        expect(Refusal(#"{"\#(key)":\#(value)}"#, kind, column: key))
    }

    @Test(arguments: [
        ("clientId", "¶7", JSONRowsError.ValueType.string, JSONRowsError.ValueType.number),
        ("clientId", "¶true", .string, .boolean),
        ("clientId", "¶{}", .string, .object),
        ("clientId", "¶[]", .string, .array),
        ("requests", #"¶"7""#, .number, .string),
        ("requests", "¶false", .number, .boolean),
        ("requests", "¶{}", .number, .object),
        ("requests", "¶[]", .number, .array),
        ("oauthClient", "¶7", .object, .number),
        ("oauthClient", #"¶"a""#, .object, .string),
    ])
    func `a column of another type is refused with its name`(
        key: String, value: String, expected: JSONRowsError.ValueType, found: JSONRowsError.ValueType
    ) {
        let kind = JSONRowsError.Kind.wrongType(expected: expected, found: found)
        expect(Refusal(#"{"results":[{},{"\#(key)":\#(value)}]}"#, kind, row: 1, column: key))
    }

    @Test func `a nested column and field are named by their paths`() {
        let kind = JSONRowsError.Kind.wrongType(expected: .string, found: .number)
        expect(Refusal(#"{"results":[{"oauthClient":{"id":¶1}}]}"#, kind, row: 0, column: "oauthClient.id"))
        expect(Refusal(#"{"cursors":{"after":¶1}}"#, kind, column: "cursors.after"))
    }

    @Test(arguments: [
        ("1.0", JSONRowsError.Kind.notAnInteger),
        ("1e2", .notAnInteger),
        ("1.5", .notAnInteger),
        ("-0.0", .notAnInteger),
        ("1E-2", .notAnInteger),
        ("99999999999999999999.0", .notAnInteger),
        ("9223372036854775808", .integerOutOfRange("9223372036854775808")),
        ("-9223372036854775809", .integerOutOfRange("-9223372036854775809")),
        ("18446744073709551616", .integerOutOfRange("18446744073709551616")),
        ("1234567890123456789012345678901234567890", .integerOutOfRange("123456789012345678901234")),
    ])
    func `a number that is no integer of 64 bits is refused in a column, and only there`(
        literal: String, kind: JSONRowsError.Kind
    ) {
        expect(Refusal(#"{"results":[{"requests":¶\#(literal)}]}"#, kind, row: 0, column: "requests"))
        #expect(scanEveryWay(#"{"results":[{"x":\#(literal)}],"x":\#(literal)}"#).error == nil)
    }

    @Test(arguments: [
        ("¶+1", JSONRowsError.Kind.unexpectedByte(UInt8(ascii: "+"), expected: "a value")),
        ("¶.5", .unexpectedByte(UInt8(ascii: "."), expected: "a value")),
        ("¶NaN", .unexpectedByte(UInt8(ascii: "N"), expected: "a value")),
        ("¶Infinity", .unexpectedByte(UInt8(ascii: "I"), expected: "a value")),
        ("0¶1", .invalidNumber(UInt8(ascii: "1"))),
        ("-0¶0", .invalidNumber(UInt8(ascii: "0"))),
        ("-¶,", .invalidNumber(UInt8(ascii: ","))),
        ("-¶-1", .invalidNumber(UInt8(ascii: "-"))),
        ("1.¶,", .invalidNumber(UInt8(ascii: ","))),
        ("1.¶e1", .invalidNumber(UInt8(ascii: "e"))),
        ("1e¶}", .invalidNumber(UInt8(ascii: "}"))),
        ("1e+¶ ", .invalidNumber(UInt8(ascii: " "))),
    ])
    func `a number that is not JSON is refused everywhere`(literal: String, kind: JSONRowsError.Kind) {
        expect(Refusal(#"{"results":[{"requests":\#(literal)}]}"#, kind, row: 0, column: "requests"))
        expect(Refusal(#"{"results":[{"x":\#(literal)}]}"#, kind, row: 0))
        expect(Refusal(#"{"results":[{"x":{"y":\#(literal)}}]}"#, kind, row: 0))
    }

    @Test(arguments: ["0¶x10", "1¶_000", "1 ¶2", "1¶-2"])
    func `what follows a number is refused`(literal: String) throws {
        let body = #"{"results":[{"requests":\#(literal)}]}"#
        let mark = try #require(body.utf8.firstIndex(of: 0xC2))
        let found = body.utf8[body.utf8.index(mark, offsetBy: 2)]
        expect(Refusal(body, .unexpectedByte(found, expected: "\",\" or \"}\""), row: 0))
    }

    @Test(arguments: [
        (#"\¶x"#, JSONRowsError.Kind.invalidEscape(UInt8(ascii: "x"))),
        (#"\¶U0041"#, .invalidEscape(UInt8(ascii: "U"))),
        (#"\u00¶g0"#, .invalidEscape(UInt8(ascii: "g"))),
        (#"\u12¶ "#, .invalidEscape(UInt8(ascii: " "))),
        (#"\u¶+123"#, .invalidEscape(UInt8(ascii: "+"))),
        (#"12345678¶\uD83D"#, .loneSurrogate(0xD83D)),
        (#"¶\uD83D\n"#, .loneSurrogate(0xD83D)),
        (#"¶\uD83Dx"#, .loneSurrogate(0xD83D)),
        (#"¶\uD83D\u0041"#, .loneSurrogate(0xD83D)),
        (#"¶\uD83D\uD83D\uDE00"#, .loneSurrogate(0xD83D)),
        (#"¶\uDE00"#, .loneSurrogate(0xDE00)),
        (#"¶\udfff\ud800"#, .loneSurrogate(0xDFFF)),
        ("¶\u{0}", .controlCharacter(0)),
        ("¶\n", .controlCharacter(0x0A)),
        ("1234567¶\t", .controlCharacter(0x09)),
        ("12345678¶\u{1F}", .controlCharacter(0x1F)),
    ])
    func `a bad escape and a control character are refused in every string`(text: String, kind: JSONRowsError.Kind) {
        expectBadString(Array(text.utf8), kind)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x28, 0x80],
            [0xF0, 0x9F, 0x98, 0x28], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFE], [0xFF],
        ] as [[UInt8]])
    func `a string that is not UTF-8 is refused`(sequence: [UInt8]) {
        let kind = JSONRowsError.Kind.invalidUTF8(sequence[0])
        expectBadString(Array("¶".utf8) + sequence, kind)
        expectBadString(Array("é1234567¶".utf8) + sequence + Array("abcdefgh".utf8), kind)
    }

    @Test(
        arguments: [
            (#"{"results":[{"requests":1,¶"requests":1}]}"#, "requests", 0),
            (#"{"results":[{},{"clientId":null,¶"client\u0049d":"a"}]}"#, "clientId", 1),
            (#"{"results":[{"x":1,"y":2,¶"x":1}]}"#, "x", 0),
            (#"{"results":[{"oauthClient":{"id":"a",¶"id":"a"}}]}"#, "id", 0),
            (#"{"results":[{"oauthClient":{},¶"oauthClient":{}}]}"#, "oauthClient", 0),
            (#"{"results":[],¶"results":[]}"#, "results", nil),
            (#"{"results":null,"a":1,¶"results":[{}]}"#, "results", nil),
            (#"{"queryStatus":"a",¶"queryStatus":"a"}"#, "queryStatus", nil),
            (#"{"x":1,"results":[{"x":1},{"x":1}],¶"x":1}"#, "x", nil),
            (#"{"cursors":{"after":"a",¶"after":"a"}}"#, "after", nil),
        ] as [(String, String, Int?)])
    func `a key that comes twice in one object is refused`(body: String, name: String, row: Int?) {
        expect(Refusal(body, .duplicateKey(name), row: row))
    }

    @Test func `every beginning of an answer is refused as truncated, with the row that is incomplete`() {
        let row = #"{"clientId":"aé\uD83D\uDE00","requests":12,"x":[1,true]}"#
        let body = Array(#"{"results":[\#(row), {}],"queryStatus":"Complete"}"#.utf8)
        let insideRow = 13..<12 + row.utf8.count
        #expect(scanEveryWay(body).error == nil)
        for end in body.indices {
            let scanned = scanEveryWay(Array(body[..<end]))
            #expect(scanned.error?.kind == (end == 0 ? .emptyBody : .truncated))
            #expect(scanned.error?.byteOffset == end)
            #expect(scanned.error?.isTruncated == true)
            #expect((scanned.error?.row == 0) == insideRow.contains(end))
        }
    }

    // MARK: Expectations

    private func expect(_ refusal: Refusal, sourceLocation: SourceLocation = #_sourceLocation) {
        let scanned = scanEveryWay(refusal.body, sourceLocation: sourceLocation)
        let body = Comment(rawValue: refusal.testDescription)
        #expect(scanned.summary == nil, body, sourceLocation: sourceLocation)
        #expect(scanned.error?.kind == refusal.kind, body, sourceLocation: sourceLocation)
        #expect(scanned.error?.byteOffset == refusal.byteOffset, body, sourceLocation: sourceLocation)
        #expect(scanned.error?.row == refusal.row, body, sourceLocation: sourceLocation)
        #expect(scanned.error?.column == refusal.column, body, sourceLocation: sourceLocation)
        #expect(scanned.rows.count == (refusal.row ?? scanned.rows.count), body, sourceLocation: sourceLocation)
    }

    /// Expects a string with this content to be refused as a value, as a key, and where it is skipped.
    private func expectBadString(
        _ content: [UInt8],
        _ kind: JSONRowsError.Kind,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        func place(_ before: String, _ after: String, row: Int?, column: String?) {
            let body = Array(before.utf8) + content + Array(after.utf8)
            expect(Refusal(body, kind, row: row, column: column), sourceLocation: sourceLocation)
        }
        place(#"{"results":[{"clientId":""#, #""}]}"#, row: 0, column: "clientId")
        place(#"{"results":[{"x":[""#, #""]}]}"#, row: 0, column: nil)
        place(#"{"results":[{""#, #"":1}]}"#, row: 0, column: nil)
        place(#"{"queryStatus":""#, #""}"#, row: nil, column: "queryStatus")
        place(#"{""#, #"":1}"#, row: nil, column: nil)
    }
}
