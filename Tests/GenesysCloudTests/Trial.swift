import Synchronization
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// A fetch under a script of faults, and all that can be seen of it.
struct Trial: Sendable {
    let rows: [UsageRow]
    let restarts: Int
    let report: FetchReport?
    let failure: GenesysCloudError?
    let diary: [String]
    let submits: Int
    let polls: Int
    let truth: Int

    static func run(
        _ faults: [Fault],
        answerLimit: Int = 1 << 30,
        alter: @Sendable (inout Script) -> Void = { _ in }
    ) async throws -> Trial {
        var script = Script(faults: faults)
        alter(&script)
        return try await Account.run(script: script, answerLimit: answerLimit) { account in
            let list = RowList()
            let diary = Diary()
            let report = Mutex<FetchReport?>(nil)
            let failure = try await account.failure { source in
                let fetched = try await source.fetch(
                    OrganizationQuery(try Window.days("2025-09-01", "2025-09-10"), byUser: false), into: list,
                    recorder: diary.recorder)
                report.withLock { $0 = fetched }
            }
            return Trial(
                rows: list.rows,
                restarts: list.restarts,
                report: report.withLock { $0 },
                failure: failure,
                diary: diary.lines,
                submits: account.simulator.ledger.count(of: .submit),
                polls: account.simulator.ledger.count(of: .results),
                truth: account.simulator.world.rows(
                    from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 10)
                ).count
            )
        }
    }

    static func run(_ faults: String...) async throws -> Trial {
        try await run(faults.map { try Fault($0) })
    }

    static func json(_ endpoint: Endpoint, _ occurrence: Fault.Occurrence, _ body: String) -> Fault {
        Fault(endpoint, occurrence, .raw(200, contentType: "application/json", body: body))
    }
}
