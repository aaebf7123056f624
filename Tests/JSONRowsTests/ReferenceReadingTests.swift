import JSONRows
import JSONRowsFuzzing
import Testing

/// Foundation's decoder as a judge of what is JSON.
///
/// It is asked about answers broken at random; where the two are meant to differ is listed in ``KnownDifference``.
@Suite struct ReferenceReadingTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a broken answer is accepted exactly when the reference accepts it, with the same rows`(seed: UInt64) throws {
        var fuzzing = Fuzzing(seed: seed &* 1_000_003, corpus: try Corpus.load())
        for _ in 0..<1_000 {
            if let disagreement = fuzzing.next() {
                Issue.record("\(disagreement)")
                break
            }
        }
        #expect(fuzzing.accepted > 50)
        #expect(fuzzing.refused > 400)
    }

    @Test func `every input of the corpus is read alike by scanner and reference`() throws {
        let corpus = try Corpus.load()
        #expect(corpus.count > 30)
        for body in corpus {
            #expect(Disagreement(on: body) == nil)
            #expect(scanEveryWay(body).surprise == nil)
        }
    }

    @Test(arguments: KnownDifference.allCases)
    func `each known difference is one, and the scanner's side of it is as listed`(difference: KnownDifference) {
        // Not cut at every place: one of them is a mebibyte long.
        let body = difference.example
        let error = scan(chunks: [body[...]]).error
        #expect(KnownDifference(explaining: body, error) == difference)
        #expect(error?.kind == difference.refusal)
        #expect((ReferenceReading(body) == .refused) == (difference.refusal == nil))
    }

    @Test func `spaces without end cost no memory, in whatever pieces they come`() {
        var scanner = JSONRowsScanner(schema: schema, limits: JSONRowsLimits(rowBytes: 64))
        let spaces = [UInt8](repeating: 0x20, count: 4096)
        #expect(throws: Never.self) {
            for piece in ["{", #""results""#, ":", "[", #"{"requests":1}"#, ",", "{}", "]", "}"] {
                try scanner.feed(Array(piece.utf8)) { _ in }
                for _ in 0..<16 { try scanner.feed(spaces) { _ in } }
            }
            #expect(try scanner.finish().rowCount == 2)
        }
        // Within a row they count, since a row is held until it is whole.
        var other = JSONRowsScanner(schema: schema, limits: JSONRowsLimits(rowBytes: 64))
        let error = #expect(throws: JSONRowsError.self) {
            try other.feed(Array(#"{"results":[{"#.utf8)) { _ in }
            try other.feed(spaces) { _ in }
        }
        #expect(error?.kind == .tooLong(limit: 64))
    }
}
