package import FoundationEssentials
package import Ingest
import Synchronization

/// What is known of the process at every moment: whether it is ready, what it does, and whether its loops go on. The work
/// tells it; who notifies systemd asks.
package final class Supervision: Sendable {
    /// The process at one moment.
    package struct Situation: Equatable, Sendable {
        package var isReady: Bool
        /// What it does, on one line.
        package var line: String
        /// Loops that hang.
        package var overdue: [WorkLoop]
        /// How many times the configuration was read again so far, the reading that goes on included.
        package var reloads: Int
        /// Whether the configuration is being read again.
        package var isReloading: Bool

        package init(
            isReady: Bool, line: String, overdue: [WorkLoop] = [], reloads: Int = 0, isReloading: Bool = false
        ) {
            self.isReady = isReady
            self.reloads = reloads
            self.isReloading = isReloading
            self.line = line
            self.overdue = overdue
        }
    }

    private struct State {
        var service = ServiceState()
        var isReady = false
        var deadlines = LoopDeadlines()
        var reloads = 0
        var isReloading = false
    }

    /// Whenever something that may concern others has changed; for one reader.
    package let changes: AsyncStream<Void>

    private let state = Mutex(State())
    private let news: AsyncStream<Void>.Continuation
    private let now: @Sendable () -> Duration

    /// - Parameter now: time on a clock that only moves forward and rests while the machine is suspended, as systemd's
    ///   watchdog does.
    package init(now: @escaping @Sendable () -> Duration) {
        self.now = now
        (changes, news) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var situation: Situation {
        state.withLock { state in
            Situation(
                isReady: state.isReady, line: state.service.line, overdue: state.deadlines.overdue(at: now()),
                reloads: state.reloads, isReloading: state.isReloading)
        }
    }

    // MARK: - Told by the work

    /// The database is looked for, and its schema.
    package func beginPreparation() {
        change { $0.deadlines.begin(.preparation, at: now()) }
    }

    /// The database is there and has the right schema.
    package func endPreparation() {
        change { state in
            state.deadlines.end(.preparation)
            state.service.notePrepared()
        }
    }

    /// The daemon begins: each source has a loop of its own.
    package func beginLoops(of sources: [String]) {
        change { state in
            state.service.begin(sources)
            for source in sources { state.deadlines.begin(.source(source), at: now()) }
        }
    }

    /// A source's loop waits until it looks again what is due.
    ///
    /// - Parameters:
    ///   - source: its name.
    ///   - duration: for how long.
    ///   - date: the same as a moment of the calendar.
    package func rest(_ source: String, for duration: Duration, until date: Date) {
        change { state in
            state.service.rest(source, until: date)
            state.deadlines.rest(.source(source), until: now() + duration)
        }
    }

    /// A source's loop has ended.
    package func endLoop(of source: String) {
        change { $0.deadlines.end(.source(source)) }
    }

    /// A pass over several sources begins, after which the process ends.
    package func beginPass(over sources: [String]) {
        change { state in
            state.service.begin(sources)
            state.deadlines.begin(.pass, at: now())
        }
    }

    /// - Parameters:
    ///   - event: what happened.
    ///   - source: whose loop it happened in; nil before the loops begin, and in a pass over several sources.
    package func receive(_ event: PassEvent, of source: String? = nil) {
        let isNews = state.withLock { state in
            let before = state.service.line
            state.service.receive(event, of: source)
            Self.report(source, &state.deadlines, at: now())
            return before != state.service.line
        }
        if isNews { news.yield() }
    }

    /// - Parameter isReady: whether the database is there and the first authentication of each source is decided.
    package func noteReadiness(_ isReady: Bool) {
        let isNews = state.withLock { state in
            defer { state.isReady = isReady }
            return state.isReady != isReady
        }
        if isNews { news.yield() }
    }

    /// The session that says for which sources the process is configured was looked at.
    package func notePresence() {
        state.withLock { state in
            state.deadlines.begin(.presence, at: now())
        }
    }

    /// That session is looked at no more.
    package func endPresence() {
        state.withLock { $0.deadlines.end(.presence) }
    }

    /// The configuration is read again.
    package func beginReload() {
        change { state in
            state.reloads += 1
            state.isReloading = true
        }
    }

    /// The new configuration is taken up, or the old one is kept.
    package func endReload() {
        change { $0.isReloading = false }
    }

    /// A request is sent to the vendor of a source.
    package func noteRequest(of source: String) {
        state.withLock { Self.report(source, &$0.deadlines, at: now()) }
    }

    /// Nothing has happened, but time has passed.
    func lookAgain() {
        news.yield()
    }

    private static func report(_ source: String?, _ deadlines: inout LoopDeadlines, at now: Duration) {
        if let source, deadlines.isRunning(.source(source)) {
            deadlines.report(.source(source), at: now)
        } else {
            deadlines.report(.pass, at: now)
            deadlines.report(.preparation, at: now)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        news.yield()
    }
}
