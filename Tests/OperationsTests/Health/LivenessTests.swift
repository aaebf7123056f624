import Ingest
import Operations
import Testing
import UsageDomain

@Suite struct LivenessTests {
    private let liveness = Liveness()
    private let start = SuspendingClock.now

    @Test func `a loop is overdue when its next sign is late, each by its own patience`() {
        liveness.sign(of: "source acme", nextWithin: .seconds(3_600), at: start)
        liveness.sign(of: "presence", nextWithin: .seconds(120), at: start)
        #expect(liveness.overdue(at: start + .seconds(120)).isEmpty)
        let late = liveness.overdue(at: start + .seconds(121))
        #expect(late.map(\.loop) == ["presence"])
        #expect(late.map(\.silence) == [.seconds(121)])
        #expect(liveness.overdue(at: start + .seconds(3_601)).map(\.loop) == ["presence", "source acme"])
    }

    @Test func `a sign counts anew, and a loop that has ended owes none`() {
        liveness.sign(of: "presence", nextWithin: .seconds(120), at: start)
        liveness.sign(of: "presence", nextWithin: .seconds(120), at: start + .seconds(100))
        #expect(liveness.overdue(at: start + .seconds(200)).isEmpty)
        liveness.end(of: "presence")
        #expect(liveness.overdue(at: start + .seconds(10_000)).isEmpty)
    }

    @Test func `what a pass tells is a sign of its source, also that it waits`() async {
        let monitor = Monitor(sources: [("acme", [.organizationQuery])])
        monitor.liveness.sign(of: "source acme", at: start - .seconds(4_000))
        monitor.receive(.stillWaiting)
        #expect(monitor.liveness.overdue(at: start).map(\.loop) == ["source acme"])
        await WorkContext.extended(by: { $0.source = "acme" }) { monitor.receive(.stillWaiting) }
        #expect(monitor.liveness.overdue(at: start).isEmpty)
    }
}
