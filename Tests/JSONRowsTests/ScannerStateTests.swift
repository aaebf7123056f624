import JSONRows
import JSONRowsFuzzing
import Testing

@Suite struct ScannerStateTests {
    private struct ReceiverFailed: Error {}

    @Test func `an error is thrown again by everything that follows`() {
        var scanner = JSONRowsScanner(schema: schema)
        let first = #expect(throws: JSONRowsError.self) {
            try scanner.feed(Array(#"{"results":[{"requests":x"#.utf8)) { _ in }
        }
        let again = #expect(throws: JSONRowsError.self) {
            try scanner.feed(Array(#"{"results":[]}"#.utf8)) { _ in Issue.record("no row may follow an error") }
        }
        let finish = #expect(throws: JSONRowsError.self) { try scanner.finish() }
        #expect(first != nil)
        #expect(again == first)
        #expect(finish == first)
    }

    @Test func `an answer found too short stays refused`() {
        var scanner = JSONRowsScanner(schema: schema)
        #expect(throws: JSONRowsError.self) { try scanner.finish() }
        #expect(throws: JSONRowsError.self) { try scanner.feed(Array("{}".utf8)) { _ in } }
    }

    @Test(arguments: [1, 7, 1000])
    func `what a receiver throws comes through and ends the scanner`(chunkSize: Int) {
        var scanner = JSONRowsScanner(schema: schema)
        var received = 0
        let body = Array(#"{"results":[{"requests":1},{"requests":2},{"requests":3}]}"#.utf8)
        #expect(throws: ReceiverFailed.self) {
            for start in stride(from: 0, to: body.count, by: chunkSize) {
                try scanner.feed(Array(body[start..<min(start + chunkSize, body.count)])) { row in
                    received += 1
                    if row.integer(2) == 2 { throw ReceiverFailed() }
                }
            }
        }
        #expect(received == 2)
        let error = #expect(throws: JSONRowsError.self) { try scanner.finish() }
        #expect(error?.kind == .abandoned)
        #expect(error?.byteOffset == 41)
    }

    @Test func `rows before an error are handed out`() {
        let scanned = scanEveryWay(#"{"results":[{"requests":1},{"requests":2},{"requests":"3"}]}"#)
        #expect(scanned.rows.map { $0.values[2] } == [.integer(1), .integer(2)])
        #expect(scanned.error?.row == 2)
    }

    @Test func `rows are handed out as soon as they are complete`() throws {
        var scanner = JSONRowsScanner(schema: schema)
        var received = 0
        try scanner.feed(Array(#"{"results":[{"requests":1}"#.utf8)) { _ in received += 1 }
        #expect(received == 1)
        try scanner.feed(Array(#",{"requests":2"#.utf8)) { _ in received += 1 }
        #expect(received == 1)
        try scanner.feed([]) { _ in received += 1 }
        try scanner.feed(Array("}".utf8)) { _ in received += 1 }
        #expect(received == 2)
    }

    @Test func `finishing twice says the same`() throws {
        var scanner = JSONRowsScanner(schema: schema)
        try scanner.feed(Array(#"{"results":[{}],"x":1} "#.utf8)) { _ in }
        let first = try scanner.finish()
        let second = try scanner.finish()
        #expect(first == second)
        #expect(first.byteCount == 23)
    }

    @Test(arguments: [
        ("", "byte 0: the body is empty, expected a JSON object"),
        ("<html>", "byte 0: the body begins with \"<\": it is HTML or XML, not JSON"),
        ("\u{FEFF}{}", "byte 0: the body begins with byte 0xEF, as a byte order mark does, which JSON must not have"),
        (
            #"{"results":[{"requests":"7"}]}"#,
            "byte 24, row 0, requests: found a string, expected a number"
        ),
        (
            #"{"results":[{},{"oauthClient":{"id":[]}}]}"#,
            "byte 36, row 1, oauthClient.id: found an array, expected a string"
        ),
        (#"{"results":[{"x":1,"x":1}]}"#, "byte 19, row 0: the key \"x\" occurs twice in one object"),
        (
            #"{"results":[{"requests":9223372036854775808}]}"#,
            "byte 24, row 0, requests: the integer 9223372036854775808 does not fit 64 bits"
        ),
        (#"{"a":"\ud800"}"#, "byte 6: \\uD800 is half of a surrogate pair"),
        ("{\"a\":\"\u{7}\"}", "byte 6: unescaped control character byte 0x07 in a string"),
        (#"{"a\u000a":1,"a\n":1}"#, "byte 13: the key \"a\\n\" occurs twice in one object"),
        (#"{"a":1"#, "byte 6: the body ends before the JSON document does"),
    ])
    func `an error says in words what is wrong and where`(body: String, description: String) {
        #expect(scanEveryWay(body).error?.description == description)
    }
}
