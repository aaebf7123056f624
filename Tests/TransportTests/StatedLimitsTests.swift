import FoundationEssentials
import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct StatedLimitsTests {
    private static let now = Date(timeIntervalSince1970: 1_761_955_200)

    private func head(_ headers: [(String, String)]) -> HTTPReplyHead {
        HTTPReplyHead(status: 429, headers: headers.map { (name: $0.0, value: $0.1) })
    }

    @Test(arguments: [
        ("30", 30), ("0.2", 1), ("1761955230", 30), ("1761955230500", 31), ("999999999", 31 * 86_400),
        ("9999999999", 31 * 86_400),
    ])
    func `a reset is a delta or an instant, by its magnitude`(value: String, seconds: Int) {
        for name in ["X-RateLimit-Reset", "ratelimit-reset"] {
            #expect(StatedLimits.silence(head([(name, value)]), now: Self.now) == .seconds(seconds))
        }
    }

    @Test(arguments: ["", "0", "-1", "soon", "1761955200", "1761955199000", "nan", "inf"])
    func `a reset that has passed or says nothing is no silence`(value: String) {
        #expect(StatedLimits.silence(head([("RateLimit-Reset", value)]), now: Self.now) == nil)
    }

    @Test func `an instant is measured by the server's clock when it tells the time`() {
        let headers = head([("X-RateLimit-Reset", "1761955230"), ("Date", "Sat, 01 Nov 2025 00:00:10 GMT")])
        #expect(StatedLimits.silence(headers, now: Self.now) == .seconds(20))
    }

    @Test func `headers that speak of limits are quoted, and no others`() {
        let headers = head([
            ("X-RateLimit-Limit", "60"), ("Set-Cookie", "S3cr3t"), ("ratelimit", "r=1;\u{1}"),
            ("inin-ratelimit-count", "1"),
        ])
        #expect(StatedLimits.quoted(headers) == ["X-RateLimit-Limit: 60", #"ratelimit: r=1;\u{01}"#])
    }
}
