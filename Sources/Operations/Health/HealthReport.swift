/// What keeps the daemon from being ready, if anything does, and how its sources stand.
///
/// Ready means that the configuration is valid (else there is no process), the database is migrated and reachable, and
/// the first authentication of each source is decided. A source that is refused is shown and holds up nothing.
package struct HealthReport: Equatable, Sendable {
    /// One line each; empty when ready.
    package var obstacles: [String] = []
    /// In the order of the configuration.
    package var sources: [(name: String, standing: SourceStanding)] = []

    package var isReady: Bool { obstacles.isEmpty }

    /// Whether a configuration under which it stands so is one that works: whatever else is wrong with it would show by now.
    package var isProof: Bool {
        isReady
            && sources.contains { source in
                switch source.standing {
                case .admitted, .elsewhere: true
                default: false
                }
            }
    }

    package static func == (left: HealthReport, right: HealthReport) -> Bool {
        left.obstacles == right.obstacles
            && left.sources.elementsEqual(right.sources) { $0.name == $1.name && $0.standing == $1.standing }
    }
}

extension HealthReport: CustomStringConvertible {
    /// `ready` or `not ready`, then one line for each obstacle and each source.
    package var description: String {
        let verdict = isReady ? "ready" : "not ready"
        // Of those that are undecided the obstacles tell.
        let standings = sources.filter { $0.standing != .undecided }.map { source in
            let reason = source.standing.reason
            return "source \(source.name): \(source.standing.word)" + (reason.isEmpty ? "" : ": \(reason)")
        }
        return ([verdict] + obstacles + standings).map { "\($0.onOneLine)\n" }.joined()
    }
}
