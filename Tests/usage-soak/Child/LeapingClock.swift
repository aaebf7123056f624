import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization
import UsageSimulator

/// The simulator's clock, as the daemon under test reads it.
///
/// A short wait takes a real moment, at the simulated pace. A long one, such as the daemon's pause between two passes, is
/// leapt over: when nobody waits shortly, the sleeper who is due first asks the simulator for a leap, again and again
/// until it is granted. What the clock shows is the simulator's and not ours, so it goes on where it was after a kill -9.
final class LeapingClock: Clock, Sendable {
    /// Simulated time since the simulator's beginning.
    struct Instant: InstantProtocol {
        let sinceOrigin: Duration

        func advanced(by duration: Duration) -> Instant { Instant(sinceOrigin: sinceOrigin + duration) }
        func duration(to other: Instant) -> Duration { other.sinceOrigin - sinceOrigin }
        static func < (left: Instant, right: Instant) -> Bool { left.sinceOrigin < right.sinceOrigin }
    }

    private struct State {
        var time: SimulatedTime
        var shortSleepers = 0
        var shortSleepEnded = ContinuousClock.now
        var deadlines: [Int: Instant] = [:]
        var sleepers = 0
    }

    /// Waits from this length on are leapt over.
    static let leap = Duration.seconds(600)
    /// How long nobody must have waited shortly before a leap, in real time.
    static let idleTime = Duration.milliseconds(15)

    private let baseURL: String
    private let state: Mutex<State>

    /// Reads the simulator's clock.
    ///
    /// - Parameter baseURL: of the simulator, whose control paths are served.
    /// - Throws: an error of the network or of the decoder.
    init(baseURL: String) async throws {
        self.baseURL = baseURL
        state = Mutex(State(time: try await Self.time(from: "\(baseURL)/simulator/clock", .GET)))
    }

    var now: Instant {
        Instant(sinceOrigin: .seconds(state.withLock { $0.time }.elapsed))
    }

    /// The simulated time of the calendar.
    var date: Date { state.withLock { $0.time }.date }

    var minimumResolution: Duration { .microseconds(1) }

    func sleep(until deadline: Instant, tolerance _: Duration?) async throws {
        let left = now.duration(to: deadline)
        guard left >= Self.leap else {
            state.withLock { $0.shortSleepers += 1 }
            defer {
                state.withLock { state in
                    state.shortSleepers -= 1
                    state.shortSleepEnded = .now
                }
            }
            return try await pause(left)
        }
        try await sleepLong(until: deadline)
    }

    private func sleepLong(until deadline: Instant) async throws {
        let number = state.withLock { state in
            state.sleepers += 1
            state.deadlines[state.sleepers] = deadline
            return state.sleepers
        }
        defer { state.withLock { $0.deadlines[number] = nil } }
        while now < deadline {
            try await Task.sleep(for: Self.idleTime)
            guard isFirst(deadline) else { continue }
            let (origin, target) = (state.withLock { $0.time.origin }, deadline.sinceOrigin / .seconds(1))
            let time = try await Self.time(from: "\(baseURL)/simulator/clock?until=\(origin + target)", .POST)
            // Two sleepers may have asked: time never goes back.
            state.withLock { if time.leapt > $0.time.leapt { $0.time = time } }
        }
    }

    /// Whether nobody else is due sooner.
    private func isFirst(_ deadline: Instant) -> Bool {
        state.withLock { state in
            state.shortSleepers == 0 && ContinuousClock.now - state.shortSleepEnded >= Self.idleTime
                && state.deadlines.values.allSatisfy { deadline <= $0 }
        }
    }

    private func pause(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let pace = state.withLock { $0.time.pace }
        try await Task.sleep(for: duration / pace)
    }

    private static func time(from url: String, _ method: HTTPMethod) async throws -> SimulatedTime {
        var request = HTTPClientRequest(url: url)
        request.method = method
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 65_536)
        return try JSONDecoder().decode(SimulatedTime.self, from: Data(body.readableBytesView))
    }
}
