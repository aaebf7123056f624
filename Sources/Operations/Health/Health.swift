import FoundationEssentials
package import Ingest
import Synchronization
import UsageDomain
import Warehouse

/// What the daemon knows of its own state: is it ready, and why not.
///
/// It is told by events and asked by pages.
package final class Health: Sendable {
    private struct State {
        var isSchemaCurrent = false
        /// Why work waits for the database; nil while none does.
        var outage: String?
        /// Why the session that only looks whether the database is there could not be kept; nil while it is.
        var lostLink: String?
        /// In the order of the configuration.
        var names: [String]
        var standings: [String: SourceStanding]

        /// - Parameter names: of the sources that are worked on, each undecided.
        init(sources names: [String]) {
            self.names = names
            standings = Dictionary(names.map { ($0, .undecided) }) { first, _ in first }
        }
    }

    private let state: Mutex<State>
    private let onChange: @Sendable (_ isReady: Bool) -> Void

    /// - Parameters:
    ///   - sources: names of the sources, in the order of the configuration. No others are ever known.
    ///   - onChange: is told, in order, whether the daemon is ready after something was learned; must not ask back.
    package init(sources: [String], onChange: @escaping @Sendable (_ isReady: Bool) -> Void = { _ in }) {
        self.onChange = onChange
        state = Mutex(State(sources: sources))
    }

    /// Whether the daemon is ready, and what keeps it from that.
    package var report: HealthReport {
        state.withLock { report(in: $0) }
    }

    /// Whether the database is there, as far as is known.
    package var isDatabaseUp: Bool {
        state.withLock { $0.isSchemaCurrent && $0.outage == nil && $0.lostLink == nil }
    }

    // MARK: - What it is told

    /// The work begins, and only on these of the sources: of the others nothing will be known.
    package func begin(_ sources: [String]) {
        change { state in
            state.names = sources
            state.standings = state.standings.filter { sources.contains($0.key) }
        }
    }

    /// The database is there, with the schema of this program.
    package func noteSchemaCurrent() {
        change { $0.isSchemaCurrent = true }
    }

    /// The session that looks whether the database is there was lost, or could not be had again.
    package func noteLinkLost(because reason: String) {
        change { $0.lostLink = reason }
    }

    /// The session that looks whether the database is there has seen it.
    package func noteLinkSeen() {
        change { $0.lostLink = nil }
    }

    /// Takes note of what a pass tells.
    package func receive(_ event: PassEvent) {
        switch event {
        case .databaseAway(let reason): change { $0.outage = reason }
        case .databaseBack: change { $0.outage = nil }
        case .sourceReady(let source, _, _): note(.admitted, of: source)
        case .sourceHeldElsewhere(let source, let holder):
            note(
                .elsewhere(holder: "\(holder.application) at \(holder.address), backend \(holder.backend)"), of: source)
        case .sourceFailed(let source, let kind, let reason):
            switch kind {
            case .unauthenticated, .refused, .clientUnavailable: note(.refused(reason: reason), of: source)
            case .rateLimited: note(.resting(reason: reason), of: source)
            case .badAnswer, .unavailable: note(.failing(reason: reason), of: source)
            }
        case .sourceLeftAlone(let source, let end, let reason):
            noteLeftAlone(source, "left alone until \(end.formatted(.iso8601)): \(reason)")
        default: break
        }
    }

    private func note(_ standing: SourceStanding, of source: String) {
        change { $0.standings[source]? = standing }
    }

    /// What made it fail is still so.
    private func noteLeftAlone(_ source: String, _ reason: String) {
        change { state in
            if case .refused = state.standings[source] {
                state.standings[source]? = .refused(reason: reason)
            } else {
                state.standings[source]? = .failing(reason: reason)
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            // Told while locked, lest what is told last be older than what is known.
            onChange(report(in: state).isReady)
        }
    }

    private func report(in state: State) -> HealthReport {
        var report = HealthReport()
        let absences = [state.outage, state.lostLink].compactMap(\.self)
        if let absence = absences.first { report.obstacles.append("database: away: \(absence)") }
        if !state.isSchemaCurrent, absences.isEmpty {
            report.obstacles.append("database: its schema is not checked yet")
        }
        report.sources = state.names.map { ($0, state.standings[$0] ?? .undecided) }
        report.obstacles += report.sources.filter { $0.standing == .undecided }
            .map { "source \($0.name): not asked for the first time yet" }
        if !report.sources.isEmpty, report.sources.allSatisfy(\.standing.isRefused) {
            report.obstacles.append("sources: every one is refused")
        }
        return report
    }
}
