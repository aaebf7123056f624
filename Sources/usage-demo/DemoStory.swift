import GenesysCloud
import Ingest
import Logging
import Operations
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

/// What happens in the demo: a backfill through faults, then a restatement that a second read finds.
struct DemoStory {
    let days: Range<Day>

    /// A day old enough to have settled, which the vendor restates between the two reads.
    var restatedDay: Day { days.upperBound.advanced(by: -6) }

    var script: Script {
        Script(faults: [
            Fault(.token, .nth(1), .status(503, retryAfter: 1)),
            Fault(.submit, .nth(2), .status(429, retryAfter: 1)),
            Fault(.completeResults, .nth(1), .cut(afterBytes: 20_000)),
            Fault(.results, .nth(5), .expireToken),
        ])
    }

    func tell(_ simulator: Simulator, _ demo: DemoWarehouse) async throws {
        var logger = Logger(label: "usage-demo")
        logger.logLevel = .error
        let exchange = try HTTPExchange(
            settings: HTTPSettings(userAgent: "usage-demo"), budget: RequestBudget(), logger: logger)
        do {
            let pass = try makePass(simulator, demo, exchange, logger)
            print("3. A backfill of \(days.lowerBound)..\(days.upperBound.advanced(by: -1)) …")
            let first = try await pass.run(.backfill(days, refetching: false))
            report(first.summary)
            print("4. The vendor restates \(restatedDay); the day is read again …")
            if let day = World.Day("\(restatedDay)") { simulator.restate(day) }
            let second = try await pass.run(
                .backfill(restatedDay..<restatedDay.advanced(by: 1), refetching: true))
            report(second.summary)
            guard first.isComplete, second.isComplete else { throw DemoFailure() }
            try await exchange.shutdown()
        } catch {
            try? await exchange.shutdown()
            throw error
        }
    }

    private func makePass(
        _ simulator: Simulator,
        _ demo: DemoWarehouse,
        _ exchange: HTTPExchange,
        _ logger: Logger
    ) throws -> Pass {
        let source = GenesysCloudSource(
            endpoints: try Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL),
            credentials: Credentials(
                clientID: simulator.clientID, clientSecret: Transport.Secret(simulator.clientSecret)),
            exchange: exchange,
            logger: logger)
        let registration = SourceRegistration(
            name: "demo", kind: "genesys",
            datasets: [
                SourceRegistration.DatasetRegistration(
                    dataset: .organizationQuery, startDate: days.lowerBound, settleAfter: .seconds(48 * 3600),
                    byUser: false)
            ],
            primary: .organizationQuery)
        let progress = BackfillProgress(output: StandardErrorStream(), logger: logger)
        return Pass(
            warehouse: demo.warehouse,
            sources: [
                ConfiguredSource(
                    registration: registration, adapter: .apiUsage(GenesysCloudAdapter(source, byUser: false)))
            ],
            settings: PassSettings(lookbackDays: 7, widePassDays: 35, spoolDirectory: "/tmp", version: "demo"),
            onEvent: { event in
                if case .windowStored(_, let window, let outcome, _, _) = event {
                    print(
                        "   \(window): \(outcome.inserted) new, \(outcome.updated) changed, \(outcome.deleted) vanished"
                    )
                }
                progress.receive(event)
            })
    }

    private func report(_ summary: RunSummary) {
        print(
            "   \(summary.outcome.rawValue): \(summary.windowsStored) windows, "
                + "\(summary.rowsInserted) rows new, \(summary.rowsUpdated) changed, \(summary.rowsDeleted) vanished, "
                + "\(summary.rowsUnchanged) untouched, \(summary.requests) requests")
    }
}

/// A pass of the demo did not store all its windows.
struct DemoFailure: Error, CustomStringConvertible {
    let description = "not every window was stored; the lines above say which"
}
