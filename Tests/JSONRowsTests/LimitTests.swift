import JSONRows
import JSONRowsFuzzing
import Testing

@Suite struct LimitTests {
    @Test func `a row may be as long as the limit and not longer, however it is cut`() {
        let row = #"{"clientId":"0123456789","x":[{},{}]}"#
        let body = #"{"results":[{},\#(row),{}]}"#
        let length = row.utf8.count

        #expect(scanEveryWay(body, limits: JSONRowsLimits(rowBytes: length)).rows.count == 3)
        let refused = scanEveryWay(body, limits: JSONRowsLimits(rowBytes: length - 1))
        #expect(refused.rows.count == 1)
        #expect(refused.error?.kind == .tooLong(limit: length - 1))
        #expect(refused.error?.byteOffset == 15)
        #expect(refused.error?.row == 1)
        #expect(refused.error?.isBeyondLimit == true)
    }

    @Test(arguments: [
        (#"{"k":"0123456789"}"#, 5), (#"{"0123456789":1}"#, 1), (#"{"k":[1,2,3,4,5]}"#, 5), (#"{"k":1234567890}"#, 5),
        (#"{"k":"0123456789"#, 5),
    ])
    func `a key or value of the document that is too long is refused, however it is cut`(body: String, offset: Int) {
        let refused = scanEveryWay(body, limits: JSONRowsLimits(rowBytes: 10))
        #expect(refused.error?.kind == .tooLong(limit: 10))
        #expect(refused.error?.byteOffset == offset)
    }

    @Test func `what is wrong within the limit is told rather than the length`() {
        let scanned = scanEveryWay(
            #"{"results":[{"clientId":7,"x":"0123456789"}]}"#, limits: JSONRowsLimits(rowBytes: 20))
        #expect(scanned.error?.kind == .wrongType(expected: .string, found: .number))
    }

    @Test func `an answer may be far longer than the limit of a row, and hold much white space`() {
        let gap = String(repeating: " ", count: 100)
        let rows = repeatElement(#"{"requests":1}"#, count: 50).joined(separator: gap + "," + gap)
        let scanned = scan(
            chunks: [Array(#"{"results":[\#(rows)]}"#.utf8)[...]], limits: JSONRowsLimits(rowBytes: 14))
        #expect(scanned.summary?.rowCount == 50)
    }

    @Test func `nesting is allowed up to the limit, in rows and beside them`() {
        let limits = JSONRowsLimits(depth: 6)
        func inRow(_ value: String) -> String { #"{"results":[{"x":\#(value)}]}"# }
        #expect(scanEveryWay(inRow(#"[{"a":[]}]"#), limits: limits).error == nil)
        #expect(scanEveryWay(inRow("[[[]]]"), limits: limits).error == nil)
        let row = scanEveryWay(inRow("[[[[]]]]"), limits: limits)
        #expect(row.error?.kind == .tooDeep(limit: 6))
        #expect(row.error?.byteOffset == 20)
        #expect(row.error?.row == 0)
        #expect(scanEveryWay(inRow(#"[[{"a":{}}]]"#), limits: limits).error?.kind == .tooDeep(limit: 6))

        #expect(scanEveryWay(#"{"x":[[[[[]]]]]}"#, limits: limits).error == nil)
        #expect(scanEveryWay(#"{"x":[[[[[[]]]]]]}"#, limits: limits).error?.kind == .tooDeep(limit: 6))
        #expect(
            scanEveryWay(#"{"results":[{"oauthClient":{}}]}"#, limits: JSONRowsLimits(depth: 3)).error?.kind
                == .tooDeep(limit: 3))
    }

    @Test func `a hundred thousand opening brackets are refused, not followed`() {
        for bracket in ["[", #"{"a":"#] {
            let body = #"{"results":[{"x":"# + String(repeating: bracket, count: 100_000)
            let scanned = scan(chunks: [Array(body.utf8)[...]])
            #expect(scanned.error?.kind == .tooDeep(limit: 64))
        }
    }

    @Test func `unknown keys are remembered up to the limits and counted beyond`() {
        let long = String(repeating: "n", count: 65)
        let fits = String(repeating: "n", count: 64)
        let names = (0..<70).map { "k\($0)" }
        let row = "{" + ([long, fits] + names).map { #""\#($0)":1"# }.joined(separator: ",") + "}"
        let scanned = scan(chunks: [Array(#"{"results":[\#(row),\#(row),{"k69":1}],"\#(long)":1,"k69":1}"#.utf8)[...]])

        let expected = Dictionary(uniqueKeysWithValues: ([fits] + names.prefix(63)).map { ($0, 2) })
        #expect(scanned.summary?.unknownRowKeys == .init(occurrences: expected, unnamed: 2 * 8 + 1))
        #expect(scanned.summary?.unknownDocumentKeys == .init(occurrences: ["k69": 1], unnamed: 1))
        #expect(scanned.summary?.unknownRowKeys.total == 145)
    }

    @Test func `unknown keys are counted once, however rows are cut, and by their paths`() {
        let scanned = scanEveryWay(
            #"{"a":1,"results":[{"b":1,"oauthClient":{"name":"n","id":"i"}},{"b":{"c":1}}],"cursors":{"before":"x"}}"#,
            limits: JSONRowsLimits(unknownNames: 2))
        #expect(scanned.summary?.unknownRowKeys == .init(occurrences: ["b": 2, "oauthClient.name": 1]))
        #expect(scanned.summary?.unknownDocumentKeys == .init(occurrences: ["a": 1, "cursors.before": 1]))

        let none = scanEveryWay(#"{"results":[{"b":1,"c":1},{"b":1}]}"#, limits: JSONRowsLimits(unknownNames: 0))
        #expect(none.summary?.unknownRowKeys == .init(occurrences: [:], unnamed: 3))
    }

    @Test func `unknown keys that are not remembered may repeat, like those inside of skipped values`() {
        let limits = JSONRowsLimits(unknownNameBytes: 3)
        #expect(scanEveryWay(#"{"results":[{"four":1,"four":1}]}"#, limits: limits).error == nil)
        #expect(scanEveryWay(#"{"results":[{"x":{"a":1,"a":1}}]}"#, limits: limits).error == nil)
        #expect(
            scanEveryWay(#"{"results":[{"abc":1,"abc":1}]}"#, limits: limits).error?.kind == .duplicateKey("abc"))
    }

    /// Reading it again with every piece would take minutes.
    @Test(.timeLimit(.minutes(30)))
    func `a long row that arrives in small pieces costs time in proportion to its length`() {
        let text = String(repeating: "x", count: 200_000)
        let body = Array(#"{"results":[{"clientId":"\#(text)"}]}"#.utf8)
        let scanned = scan(chunks: stride(from: 0, to: body.count, by: 4).map { body[$0..<min($0 + 4, body.count)] })
        #expect(scanned.rows.first?.values.first == .text(text))
    }
}
