import Operations
import Testing

@Suite struct LoopDeadlinesTests {
    private let acme = WorkLoop.source("acme")
    private let tower = WorkLoop.source("tower")
    private let silence = LoopDeadlines.longestSilence

    @Test func `a loop that is silent for longer than it may hangs, until it reports again`() {
        var deadlines = LoopDeadlines()
        deadlines.begin(acme, at: .zero)
        deadlines.begin(tower, at: .zero)
        #expect(deadlines.overdue(at: silence) == [])
        deadlines.report(tower, at: .seconds(1))
        #expect(deadlines.overdue(at: silence + .seconds(1)) == [acme])
        #expect(deadlines.overdue(at: silence + .seconds(2)) == [acme, tower])
        deadlines.report(acme, at: silence + .seconds(2))
        #expect(deadlines.overdue(at: silence + .seconds(2)) == [tower])
    }

    @Test func `a loop that rests does not hang before its time has come, and does after`() {
        var deadlines = LoopDeadlines()
        deadlines.begin(acme, at: .zero)
        deadlines.rest(acme, until: .seconds(31 * 86_400))
        #expect(deadlines.overdue(at: .seconds(31 * 86_400)) == [])
        #expect(deadlines.overdue(at: .seconds(31 * 86_400) + silence + .nanoseconds(1)) == [acme])
    }

    @Test func `who has ended, or not begun, owes no report and cannot give one`() {
        var deadlines = LoopDeadlines()
        deadlines.report(acme, at: .zero)
        deadlines.rest(tower, until: .zero)
        deadlines.begin(.pass, at: .zero)
        deadlines.end(.pass)
        deadlines.report(.pass, at: .zero)
        #expect(deadlines.overdue(at: .seconds(1_000_000)) == [])
        #expect(!deadlines.isRunning(.pass))
    }
}
