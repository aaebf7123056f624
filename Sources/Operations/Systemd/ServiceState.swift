package import FoundationEssentials
package import Ingest

/// What the process does, folded from what happens in it, as a line for a person.
package struct ServiceState: Sendable {
    /// What is going on with one source.
    private enum Work {
        case beginning
        case reading(String)
        case elsewhere
        case failed(String)
        case idle(until: Date)
    }

    /// A longer line is of no use in `systemctl status`.
    private static let mostColumns = 250
    /// What is wrong with one source leaves room for the others; the log has all of it.
    private static let mostColumnsOfReason = 80

    private var isPrepared = false
    private var sources: [String] = []
    private var works: [String: Work] = [:]
    /// Of a pass over several sources at once.
    private var progress: String?
    private var databaseAway: String?

    package init() {}

    /// The database and its schema are there.
    package mutating func notePrepared() { isPrepared = true }

    /// These sources are worked on from now on.
    package mutating func begin(_ sources: [String]) {
        self.sources = sources
        works = Dictionary(uniqueKeysWithValues: sources.map { ($0, .beginning) })
    }

    /// A pass over the source has ended. Why it failed is shown for as long as it stands.
    package mutating func rest(_ source: String, until moment: Date) {
        if case .failed = works[source] { return }
        works[source] = .idle(until: moment)
    }

    /// - Parameters:
    ///   - event: what happened.
    ///   - source: whose pass it happened in; nil for a pass over all of them.
    package mutating func receive(_ event: PassEvent, of source: String?) {
        switch event {
        case .sourceReady(let source, _, let windows):
            works[source] = .reading(windows == 1 ? "1 window due" : "\(windows) windows due")
        case .sourceFailed(let source, _, let reason):
            works[source] = .failed(reason)
        case .sourceHeldElsewhere(let source, _):
            works[source] = .elsewhere
        case .progressed(let pass):
            let line = BackfillProgress.line(pass)
            if let source { works[source] = .reading(line) } else { progress = line }
        case .databaseAway(let reason): databaseAway = reason
        case .databaseBack: databaseAway = nil
        default: break
        }
    }

    // MARK: - For a person

    /// What is going on, on one line: first what needs somebody, last what is idle.
    package var line: String {
        // systemd drops the backslashes of a status, so lines are joined rather than escaped.
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ").onOneLine.cut(toColumns: Self.mostColumns)
    }

    private var text: String {
        if let databaseAway { return "waiting for the database: \(databaseAway)" }
        guard isPrepared else { return "starting" }
        if let progress { return progress }
        let parts = part(.failing) + part(.working) + idle
        return parts.isEmpty ? "working" : parts.joined(separator: "; ")
    }

    private enum Part { case failing, working }

    private func part(_ part: Part) -> [String] {
        sources.compactMap { source in
            switch (part, works[source]) {
            case (.failing, .failed(let reason)): "\(source) failed: \(reason.cut(toColumns: Self.mostColumnsOfReason))"
            case (.working, .beginning): "\(source): beginning"
            case (.working, .reading(let line)): "\(source): \(line)"
            case (.working, .elsewhere): "\(source): another process works on it"
            default: nil
            }
        }
    }

    private var idle: [String] {
        let idle = sources.compactMap { source in
            if case .idle(let moment) = works[source] { (source, moment) } else { nil }
        }
        guard let next = idle.map(\.1).min() else { return [] }
        let names = idle.count > 3 ? "\(idle.count) sources" : idle.map(\.0).joined(separator: ", ")
        return ["\(names): idle until \(next.formatted(.iso8601))"]
    }
}
