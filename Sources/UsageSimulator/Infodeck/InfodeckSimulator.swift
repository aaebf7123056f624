package import FoundationEssentials
import Synchronization

/// The fake of Infodeck's API, served beside the other one under the path `/infodeck`.
package final class InfodeckSimulator: Sendable {
    static let path = "/infodeck"

    /// One request that was received. The key is never written down.
    package struct Entry: Sendable {
        /// By the simulator's clock.
        package let time: Date
        package let endpoint: InfodeckEndpoint
        package let method: String
        package let path: String
        /// The query text without its question mark.
        package let query: String
        /// The status answered; nil when the other side got none.
        package let status: Int?
        /// Whether an earlier request was still being answered.
        package let overlaps: Bool
    }

    struct State: Sendable {
        var world: InfodeckWorld
        var script = InfodeckScript()
        var entries: [Entry] = []
        /// How many requests matched each fault of the script.
        var matches: [Int: Int] = [:]
        var lastAdmission: Date?
        /// When the answer with the longest pause so far begins.
        var busyUntil = ContinuousClock.now
    }

    /// The base of every call: `http://127.0.0.1:39021/infodeck`.
    package let baseURL: String
    /// The only key that is let in.
    package let apiKey: String

    let now: @Sendable () -> Date
    let state: Mutex<State>

    init(baseURL: String, now: @escaping @Sendable () -> Date) {
        self.baseURL = baseURL + Self.path
        apiKey = "idt_live_S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tAB"
        self.now = now
        state = Mutex(State(world: InfodeckWorld(seed: 11)))
    }

    /// Everything that was asked, in order of arrival.
    package var entries: [Entry] {
        state.withLock { $0.entries }
    }

    /// The world as it is now: ask it for the truth.
    package var world: InfodeckWorld {
        state.withLock { $0.world }
    }

    /// Changes the world.
    package func alter(_ change: (inout InfodeckWorld) -> Void) {
        state.withLock { change(&$0.world) }
    }

    /// Changes the behaviour from the next request on. The counting of the faults starts anew.
    package func rewrite(_ change: (inout InfodeckScript) -> Void) {
        state.withLock { state in
            change(&state.script)
            state.matches = [:]
        }
    }

    /// Answers one request, or returns nil when it is for another API.
    func answer(_ request: IncomingRequest, apiKey: String?) -> Answer? {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, "/" + parts[1] == Self.path else { return nil }
        let now = now()
        return state.withLock { state in
            var exchange = InfodeckExchange(
                request: request, path: Array(parts.dropFirst(2)), apiKey: apiKey, expectedKey: self.apiKey, now: now)
            let overlaps = ContinuousClock.now < state.busyUntil
            let answer = exchange.answer(&state)
            state.busyUntil = max(state.busyUntil, ContinuousClock.now + answer.delay)
            state.entries.append(
                Entry(
                    time: now,
                    endpoint: exchange.endpoint,
                    method: request.method,
                    path: request.path,
                    query: request.query,
                    status: answer.isSilent ? nil : answer.status,
                    overlaps: overlaps
                ))
            return answer
        }
    }
}
