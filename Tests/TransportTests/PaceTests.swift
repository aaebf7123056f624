import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct PaceTests {
    @Test(arguments: 1...20)
    func `in no minute are more requests let go than the limit at its end`(seed: UInt64) {
        var random = Generator(state: seed)
        var pace = RequestPace(share: Double.random(in: 0.1...1, using: &random), allowance: 300)
        var now = Duration.zero
        var sent: [(at: Duration, limit: Int)] = []
        while now < .seconds(600) {
            if Int.random(in: 0..<400, using: &random) == 0 {
                let allowed = [6, 60, 180, 300, 3_000].randomElement(using: &random)
                pace.observe(RateLimitHeaders(allowed: allowed), at: now)
            }
            if let moment = pace.grant(at: now) {
                #expect(moment > now)
                now = moment
            } else {
                sent.append((now, pace.limit))
                now += .milliseconds(Int.random(in: 0..<50, using: &random))
            }
        }
        #expect(sent.count > 10)
        for (index, (at, limit)) in sent.enumerated() {
            let within = sent[...index].reversed().prefix { $0.at > at - .seconds(60) }.count
            #expect(within <= limit)
        }
    }

    @Test func `requests are spread evenly, without a burst at the start`() {
        var pace = RequestPace(share: 0.8, allowance: 300)
        #expect(pace.grant(at: .zero) == nil)
        #expect(pace.grant(at: .zero) == .seconds(61) / 240)
        #expect(pace.grant(at: .seconds(61) / 240) == nil)
    }

    @Test func `what is left of the minute falls with each request, comes back with time, and is none at rest`() {
        var pace = RequestPace(share: 1, allowance: 61)
        #expect(pace.remaining(at: .zero) == 61)
        for second in 0..<10 { #expect(pace.grant(at: .seconds(second)) == nil) }
        #expect(pace.remaining(at: .seconds(10)) == 51)
        #expect(pace.remaining(at: .seconds(65)) == 56)
        #expect(pace.remaining(at: .seconds(200)) == 61)
        pace.rest(until: .seconds(300))
        #expect(pace.remaining(at: .seconds(200)) == 0)
        #expect(pace.remaining(at: .seconds(300)) == 61)
    }

    @Test func `a lower allowance counts at once, a higher one when the lower has not been seen for a while`() {
        var pace = RequestPace(share: 1, allowance: 300)
        pace.observe(RateLimitHeaders(allowed: 3_000), at: .zero)
        #expect(pace.limit == 3_000)
        pace.observe(RateLimitHeaders(allowed: 180), at: .seconds(1))
        #expect(pace.limit == 180)
        pace.observe(RateLimitHeaders(allowed: 300), at: .seconds(120))
        #expect(pace.limit == 180)
        pace.observe(RateLimitHeaders(allowed: 300), at: .seconds(122))
        #expect(pace.limit == 300)
    }

    @Test func `when the server has counted the share, the rest of its minute is left to others`() {
        var pace = RequestPace(share: 0.8, allowance: 300)
        pace.observe(RateLimitHeaders(count: 239, allowed: 300, reset: .seconds(20)), at: .zero)
        #expect(pace.restingUntil == .zero)
        pace.observe(RateLimitHeaders(count: 240, allowed: 300, reset: .seconds(20)), at: .zero)
        #expect(pace.grant(at: .zero) == .seconds(20))
        var whole = RequestPace(share: 1, allowance: 300)
        whole.observe(RateLimitHeaders(count: 295, allowed: 300), at: .zero)
        #expect(whole.grant(at: .zero) == .seconds(61))
    }

    @Test func `nonsense in the headers is not believed`() {
        func headers(_ values: [(String, String)]) -> RateLimitHeaders {
            RateLimitHeaders(HTTPReplyHead(status: 200, headers: values.map { (name: $0.0, value: $0.1) }))
        }
        #expect(
            headers([("ININ-RateLimit-Count", "1"), ("inin-ratelimit-allowed", "180"), ("inin-ratelimit-reset", "61")])
                == RateLimitHeaders(count: 1, allowed: 180, reset: .seconds(61)))
        #expect(
            headers([
                ("inin-ratelimit-count", "-1"), ("inin-ratelimit-allowed", "99999999999999999999"),
                ("inin-ratelimit-reset", "1763700000"),
            ]) == RateLimitHeaders())
        var pace = RequestPace(share: 0.8, allowance: 300)
        pace.observe(RateLimitHeaders(allowed: 0), at: .zero)
        #expect(pace.limit == 240)
    }
}

/// SplitMix64.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
