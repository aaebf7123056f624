import Ingest
import TestSupport
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

/// What a pass tells of its work while it goes on.
@Suite(.database, .timeLimit(.minutes(30)))
struct WorkContextTests {
    @Test func `what happens to a window is told where run, source and window are known`() async throws {
        try await PassBench.with(World(seed: 80, size: .init(rowsADay: 5)), startDate: "2025-01-01") { bench in
            let contexts = EventLog<[(Window, WorkContext)]>([])
            let pass = try bench.pass { event in
                switch event {
                case .windowBegan(_, let window), .windowStored(_, let window, _, _, _):
                    contexts.append((window, WorkContext.current))
                default: break
                }
            }
            let report = try await pass.run(
                .backfill(try #require(Day("2025-01-01"))..<(try #require(Day("2025-03-01"))), refetching: false))
            #expect(report.isComplete)
            #expect(contexts.value.count == 4)
            for (window, context) in contexts.value {
                #expect(context.source == "acme")
                #expect(context.run != nil)
                #expect(context.window == window)
            }
            #expect(WorkContext.current.source == nil)
        }
    }

    @Test func `each execution that begins also ends, whether it was complete or failed`() async throws {
        var script = Script()
        script.runningPolls = 1
        try await PassBench.with(World(seed: 81, size: .init(rowsADay: 5)), script: script) { bench in
            let days = try #require(Day("2025-01-01"))..<(try #require(Day("2025-04-01")))
            _ = try await bench.pass().run(.backfill(days, refetching: false))
            var begun: Set<SubmissionID> = []
            var ended: Set<SubmissionID> = []
            for event in bench.events.value {
                switch event {
                case .executionBegan("acme", let submission):
                    begun.insert(submission)
                    #expect(!ended.contains(submission))
                case .executionEnded("acme", let submission): ended.insert(submission)
                default: break
                }
            }
            #expect(begun.count == 3)
            #expect(ended == begun)
        }
    }
}
