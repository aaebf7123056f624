import Ingest
import UsageDomain
import UsageSimulator
import Warehouse

/// What happens in the demo: everything is read through faults, then a restatement that a second read finds.
struct DemoStory {
    let days: Range<Day>

    /// A day old enough to have settled, which the vendor restates between the two reads.
    var restatedDay: Day { days.upperBound.advanced(by: -6) }

    /// The real allowance would pace the demo for minutes.
    var script: Script {
        var script = Script(faults: [
            Fault(.token, .nth(1), .status(503, retryAfter: 1)),
            Fault(.submit, .nth(2), .status(429, retryAfter: 1)),
            Fault(.completeResults, .nth(1), .cut(afterBytes: 20_000)),
            Fault(.clientResults, .nth(5), .expireToken),
            Fault(.searchResults, .nth(9), .reset),
            Fault(.completeJobsResults, .nth(1), .truncate(afterBytes: 30_000)),
        ])
        script.requestsAMinute = 1_000_000
        return script
    }

    /// Infodeck fails once, too.
    var channelFaults: [InfodeckFault] { [InfodeckFault(.usage, .nth(7), .status(503))] }

    func tell(_ simulator: Simulator, _ demo: DemoWarehouse) async throws {
        simulator.infodeck.rewrite { $0.faults = channelFaults }
        try await DemoSources(simulator: simulator, startDate: days.lowerBound).withSources { sources in
            print("3. Everything since \(days.lowerBound) is read: six datasets of the one, one of the other …")
            let first = try await read(.once, from: sources, into: demo)
            print((["   met on the way:"] + faultsMet(by: simulator)).joined(separator: "\n     "))
            print("4. The vendor restates \(restatedDay); the day is read again, in every dataset that has days …")
            if let day = World.Day("\(restatedDay)") { simulator.restate(day) }
            let second = try await read(
                .backfill(restatedDay..<restatedDay.advanced(by: 1), refetching: true), from: sources, into: demo)
            guard first.isComplete, second.isComplete else { throw DemoFailure() }
        }
    }

    /// As the simulator remembers them.
    private func faultsMet(by simulator: Simulator) -> [String] {
        let channels = simulator.infodeck.entries.filter { $0.status != 200 }
        return simulator.ledger.entries.compactMap(\.fault)
            + channels.map { "infodeck \($0.endpoint)=\($0.status.map(String.init) ?? "silence")" }
    }

    private func read(
        _ scope: PassScope,
        from sources: [ConfiguredSource],
        into demo: DemoWarehouse
    ) async throws -> PassReport {
        let account = PassAccount()
        let pass = Pass(
            warehouse: demo.warehouse,
            sources: sources,
            settings: PassSettings(lookbackDays: 7, widePassDays: 35, spoolDirectory: "/tmp", version: "demo"),
            onEvent: account.receive)
        let report = try await pass.run(scope)
        print(account.text)
        let summary = report.summary
        print(
            "   \(summary.outcome.rawValue): \(summary.windowsStored) windows stored, \(summary.windowsFailed) failed, "
                + "\(summary.requests) requests")
        return report
    }
}

/// A pass of the demo did not store all its windows.
struct DemoFailure: Error, CustomStringConvertible {
    let description = "not every window was stored; the lines above say which"
}
