import Ingest
import Testing

@Suite struct PassProgressTests {
    private func timeLeft(_ done: Int, of planned: Int, after elapsed: Duration) -> Duration? {
        var progress = PassProgress()
        progress.windowsDone = done
        progress.windowsPlanned = planned
        progress.elapsed = elapsed
        return progress.timeLeft
    }

    @Test func `nobody knows before the first window is done`() {
        #expect(timeLeft(0, of: 12, after: .seconds(60)) == nil)
        #expect(timeLeft(0, of: 0, after: .zero) == nil)
    }

    @Test func `the rest goes at the pace so far`() {
        #expect(timeLeft(1, of: 12, after: .seconds(10)) == .seconds(110))
        #expect(timeLeft(6, of: 12, after: .seconds(90)) == .seconds(90))
        #expect(
            timeLeft(3, of: 4, after: .seconds(1)).map { $0 > .milliseconds(333) && $0 < .milliseconds(334) } == true)
    }

    @Test func `nothing is left at the end`() {
        #expect(timeLeft(12, of: 12, after: .seconds(90)) == .zero)
    }
}
