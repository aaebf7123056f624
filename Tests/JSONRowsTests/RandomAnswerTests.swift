import JSONRows
import JSONRowsFuzzing
import Randomness
import Testing

@Suite struct RandomAnswerTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a random answer gives exactly what it means, however it is cut`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<60 {
            let answer = RandomAnswer(rowCount: Int.random(in: 0...12, using: &random), using: &random)
            let longest = [1, 3, 20, 200, 5000].randomElement(using: &random) ?? 1
            let scanned = scan(chunks: random.cut(answer.body, longest: longest))

            let text = Comment(rawValue: String(decoding: answer.body, as: UTF8.self))
            #expect(scanned.error == nil, text)
            #expect(scanned.rows == answer.rows, text)
            #expect(scanned.summary?.rowCount == answer.rows.count, text)
            #expect(scanned.summary?.byteCount == answer.body.count, text)
            #expect(scanned.summary?.rowsMember == answer.rowsMember, text)
            #expect(scanned.summary?.fields == answer.fields, text)
            #expect(scanned.summary?.unknownRowKeys == .init(occurrences: answer.unknownRowKeys), text)
            #expect(scanned.summary?.unknownDocumentKeys == .init(occurrences: answer.unknownDocumentKeys), text)
        }
    }

    @Test func `a random answer is read the same cut at every place`() {
        var random = SeededRandom(seed: 99)
        for _ in 0..<5 {
            let answer = RandomAnswer(rowCount: 3, using: &random)
            #expect(scanEveryWay(answer.body).rows == answer.rows)
        }
    }
}
