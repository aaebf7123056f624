import JSONRows
import Testing

/// Foundation's decoder as a judge of what is JSON.
///
/// It is asked about answers broken at random; where the two are meant to differ is stated one by one.
@Suite struct ReferenceReadingTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a broken answer is accepted exactly when the reference accepts it, with the same rows`(seed: UInt64) {
        var random = SeededRandom(seed: seed &* 1_000_003)
        var accepted = 0
        var refused = 0
        for _ in 0..<600 {
            let answer = RandomAnswer(rowCount: Int.random(in: 0...3, using: &random), using: &random)
            let body = random.mutate(answer.body)
            let scanned = scan(chunks: random.cut(body, longest: 40))
            #expect(scan(chunks: [body[...]]) == scanned)
            let text = Comment(rawValue: "\(String(decoding: body, as: UTF8.self)) \(scanned.error.debugDescription)")

            if let summary = scanned.summary {
                accepted += 1
                let reading = ReferenceReading(body)
                #expect(reading == .accepted(rows: scanned.rows.map(\.values), fields: summary.fields), text)
            } else if scanned.error.map(isStricterOnPurpose) == false {
                refused += 1
                #expect(ReferenceReading(body) == .refused, text)
            }
        }
        #expect(accepted > 50)
        #expect(refused > 200)
    }

    @Test(arguments: [
        (#"{"results":[{"clientId":"a","clientId":"a"}]}"#, JSONRowsError.Kind.duplicateKey("clientId")),
        (#"{"results":[],"results":[]}"#, .duplicateKey("results")),
        (#"{"results":[{"requests":1.0}]}"#, .notAnInteger),
        (#"{"results":[{"requests":1e2}]}"#, .notAnInteger),
        ("\u{FEFF}{}", .byteOrderMark(0xEF)),
        (
            #"{"x":"# + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}",
            .tooDeep(limit: 64)
        ),
    ])
    func `what the reference accepts and the scanner refuses on purpose`(body: String, kind: JSONRowsError.Kind) {
        #expect(ReferenceReading(Array(body.utf8)) != .refused)
        #expect(scanEveryWay(body).error?.kind == kind)
    }

    @Test func `a number too large for the reference may stand where it is skipped`() {
        let body = #"{"x":1e999,"results":[{"x":-1e999}]}"#
        #expect(ReferenceReading(Array(body.utf8)) == .refused)
        #expect(scanEveryWay(body).summary?.rowCount == 1)
    }

    /// Shown one by one by the tests above.
    private func isStricterOnPurpose(_ error: JSONRowsError) -> Bool {
        switch error.kind {
        case .duplicateKey, .notAnInteger, .byteOrderMark: true
        default: false
        }
    }
}

extension SeededRandom {
    /// Flips, inserts, removes, repeats or cuts off bytes at one to three places.
    fileprivate mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        let tokens = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "0", "-", ".", "e", "\\u", "\\ud800", "\u{FEFF}",
            "\n",
            "\u{0}", "9223372036854775808", "\u{1F}", " ", "1",
        ].map { Array($0.utf8) }
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<7, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 2: bytes.insert(contentsOf: tokens.randomElement(using: &self) ?? [], at: place)
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(contentsOf: bytes[place..<min(place + 12, bytes.count)], at: place)
            case 5: bytes.replaceSubrange(place...place, with: tokens.randomElement(using: &self) ?? [])
            default: if once(in: 4) { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }
}
