import EphemeralPostgres
import FoundationEssentials
import Migrations
import Postgres
import UsageSimulator

/// One soak: a cluster, both vendors, the daemon, and the days that they live through.
struct SoakRun: Sendable {
    let size: SoakSize
    let simulator: Simulator
    let clock: SimulatedClock
    let warehouse: SoakWarehouse
    let daemon: DaemonProcess
    let mishaps: Mishaps
    let began = ContinuousClock.now

    /// Days without any fault at the end, after which nothing is left to wait for: an OAuth client that was not spoken of
    /// is left alone for a week.
    private static let quietDays = 9

    /// What was committed is there after a kill: a private cluster may else forget the last moment. (The machine does not
    /// crash here, so nothing waits for the disk.)
    private static let clusterOptions = EphemeralPostgres.Options(settings: ["synchronous_commit": "on"])

    /// - Parameters:
    ///   - size: how much happens.
    ///   - keepsFolder: whether the folder with the log stays.
    /// - Returns: what happened, and what is wrong.
    /// - Throws: when the soak itself cannot go on.
    static func perform(_ size: SoakSize, keepingFolder keepsFolder: Bool) async throws -> SoakReport {
        let folder = try SoakFolder()
        let report = try await EphemeralPostgres.withCluster(Self.clusterOptions) { cluster in
            let warehouse = try await SoakWarehouse.create(in: cluster)
            let clock = SimulatedClock(
                origin: size.firstDay.start.addingTimeInterval(1_800), pace: size.pace,
                barrier: size.firstDay.advanced(by: 1).start)
            let world = World(seed: size.seed, size: World.Size(clients: size.clients, rowsADay: size.rowsADay))
            return try await withSimulator(world: world, script: script(size), servesControl: true, clock: clock) {
                simulator in
                let configuration = SoakConfiguration(size: size, simulator: simulator, database: warehouse.conninfo)
                try folder.write(configuration.text(spool: folder.path))
                let daemon = DaemonProcess(
                    arguments: ["--config", folder.configurationFile, "--simulator", simulator.baseURL],
                    environment: configuration.secrets, logFile: folder.logFile)
                let mishaps = Mishaps(size, simulator, clock, cluster, warehouse.configuration, daemon)
                let soak = SoakRun(
                    size: size, simulator: simulator, clock: clock, warehouse: warehouse, daemon: daemon,
                    mishaps: mishaps)
                return try await soak.perform()
            }
        }
        if report.isClean, !keepsFolder { folder.remove() } else { say("log and configuration: \(folder.path)") }
        return report
    }

    private static func script(_ size: SoakSize) -> Script {
        var script = Script()
        script.requestsAMinute = size.allowance
        script.publishLag = SoakSize.publishLag
        script.unlistedClients = .notFound
        if size.faultsPerThousand > 0 {
            script.randomFaults = RandomFaults(seed: size.seed, perThousand: size.faultsPerThousand)
        }
        return script
    }

    private func perform() async throws -> SoakReport {
        simulator.infodeck.rewrite { $0.faults = size.faultsPerThousand > 0 ? SoakConfiguration.infodeckFaults : [] }
        let changes = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.keepRunning() }
            group.addTask { try await mishaps.run() }
            let changes = try await liveThroughDays()
            // The daemon's task and that of the mishaps.
            mishaps.stop()
            simulator.rewrite { $0.randomFaults = nil }
            simulator.infodeck.rewrite { $0.faults = [] }
            clock.barrier = quietEnd.start
            try await reach(quietEnd.start)
            daemon.stop()
            try await group.waitForAll()
            return changes
        }
        clock.barrier = quietEnd.advanced(by: 400).start
        // Through the newest day that was published.
        let last = quietEnd.advanced(by: -2)
        let refetchStatus = try await daemon.runOnce(["--refetch", "\(size.startDay)..\(last)"])
        say("\(size.startDay)..\(last) read again; comparing …")
        return try await report(changes, last: last, refetchStatus: refetchStatus)
    }

    private func report(_ changes: PastChanges, last: World.Day, refetchStatus: Int32) async throws -> SoakReport {
        let ledger = LedgerReview(simulator: simulator, mishaps: mishaps.all).perform()
        let comparison = Comparison(
            simulator: simulator, warehouse: warehouse, datasets: size.datasets, first: size.startDay, last: last,
            now: clock.date)
        var misconduct = daemon.unaskedEndings.map { "the daemon ended by itself with status \($0), \($1) times" }
        if daemon.lastStatus != 0 { misconduct.append("asked to stop, it ended with status \(daemon.lastStatus)") }
        if refetchStatus != 0 { misconduct.append("reading everything again ended with status \(refetchStatus)") }
        var happenings = [
            ("simulated days", last.distance(to: size.startDay) * -1 + 1),
            ("requests to Genesys Cloud", simulator.ledger.count),
            ("requests to Infodeck", simulator.infodeck.entries.count), ("lives of the daemon", daemon.starts),
        ]
        happenings += Mishaps.Kind.allCases.map { kind in (kind.rawValue, mishaps.all.count { $0.kind == kind }) }
        happenings += changes.counts.sorted { $0.key < $1.key }
        happenings += ledger.faults.sorted { $0.key < $1.key }.map { ("fault \($0)", $1) }
        happenings.append(("seconds", Int((ContinuousClock.now - began) / .seconds(1))))
        return SoakReport(
            happenings: happenings,
            comparison: try await comparison.perform(summariesOf: quietEnd.advanced(by: -1)),
            ledger: ledger,
            journal: try await JournalReview(warehouse: warehouse).perform(),
            rollups: try await RollupReview(warehouse: warehouse).perform(),
            misconduct: misconduct)
    }

    /// The day on which the daemon is stopped.
    private var quietEnd: World.Day { size.endDay.advanced(by: Self.quietDays) }

    private func liveThroughDays() async throws -> PastChanges {
        var changes = PastChanges(size)
        for day in size.firstDay..<size.endDay {
            clock.barrier = day.advanced(by: 1).start
            try await reach(day.start)
            if size.changesThePast { changes.happen(on: day, to: simulator) }
            if day.distance(to: size.firstDay) % 7 == 0 { say(progress(on: day)) }
        }
        try await reach(size.endDay.start)
        changes.end(simulator)
        return changes
    }

    /// Waits for a moment of simulated time.
    private func reach(_ moment: Date) async throws {
        while clock.date < moment { try await Task.sleep(for: .milliseconds(3)) }
    }

    private func progress(on day: World.Day) -> String {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let kills = mishaps.all.count
        return "\(day)  \(simulator.ledger.count) requests, \(kills) mishaps, \(Int(seconds)) s"
    }
}
