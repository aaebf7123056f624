import FoundationEssentials
import TestSupport
import Testing

@testable import Transport

@Suite(.inTurn)
struct ClockDifferenceTests {
    /// Sat, 01 Nov 2025 00:00:00 GMT
    private static let midnight = Date(timeIntervalSince1970: 1_761_955_200)

    private func difference(_ date: String?, sent: Double, received: Double) -> ClockDifference? {
        let headers = date.map { [(name: "date", value: $0)] } ?? []
        return ClockDifference(
            HTTPReplyHead(status: 200, headers: headers), sent: Self.midnight.addingTimeInterval(sent),
            received: Self.midnight.addingTimeInterval(received))
    }

    @Test(arguments: [
        (0.0, 0.0), (-5_000.0, 5_000.0), (900.0, 901.0), (-901.0, -900.0), (-40_000.0, -900.0), (900.0, 40_000.0),
    ])
    func `a server's time that lies between sending and receiving, or fifteen minutes beside it, agrees with ours`(
        sent: Double, received: Double
    ) {
        #expect(difference("Sat, 01 Nov 2025 00:00:00 GMT", sent: sent, received: received) == nil)
    }

    @Test(arguments: [(901.0, 950.0, 901), (-950.0, -901.0, -901), (31_536_000.0, 31_536_001.0, 31_536_000)])
    func `beyond that the difference is the least that the two clocks can have`(
        sent: Double, received: Double, seconds: Int
    ) {
        let found = difference("Sat, 01 Nov 2025 00:00:00 GMT", sent: sent, received: received)
        #expect(found?.duration == .seconds(seconds))
    }

    @Test(arguments: [nil, "", "now", "Saturday, 01-Nov-25 00:00:00 GMT"])
    func `a server that does not tell the time is believed`(date: String?) {
        #expect(difference(date, sent: 1e9, received: 1e9) == nil)
    }

    @Test func `an answer from another time is refused, says by how much, and is not asked for again`() async throws {
        try await ScriptedServer.run { _ in
            [.send("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nno")]
        } _: { server in
            try await Bench.run { bench in
                let error = try await #require(throws: TransportError.self) {
                    try await bench.text(.get(server.baseURL))
                }
                guard case .clockOff(let difference) = error.kind else {
                    Issue.record("\(error)")
                    return
                }
                #expect(difference > .seconds(20 * 365 * 86_400))
                #expect(error.requestsSent == 1)
                #expect("\(error)".contains("s ahead of the server's; set it (timedatectl set-ntp true)"))
            }
        }
    }
}
