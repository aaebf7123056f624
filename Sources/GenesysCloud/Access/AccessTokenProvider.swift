import Synchronization
import Timekeeping
import Transport

/// Holds the access token, and renews it once for all who wait for it.
///
/// There is no task of its own: whoever comes first renews in its own task. When that task is cancelled the next one
/// that waits takes over; when renewing fails all who wait get the error.
final class AccessTokenProvider: Sendable {
    private struct State {
        var held: AccessToken?
        var isRenewing = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<AccessToken?, any Error>] = [:]
    }

    private enum Turn {
        case use(AccessToken)
        case renew
        case wait
    }

    private let state = Mutex(State())
    private let timekeeper: Timekeeper
    private let renew: @Sendable (RequestTally) async throws -> AccessToken

    /// - Parameters:
    ///   - timekeeper: tells when a token is due for renewal.
    ///   - renew: fetches a new token, counting its requests.
    init(timekeeper: Timekeeper, renew: @escaping @Sendable (RequestTally) async throws -> AccessToken) {
        self.timekeeper = timekeeper
        self.renew = renew
    }

    /// A token that is not due for renewal.
    ///
    /// - Throws: what renewing throws; `CancellationError`.
    func token(tally: RequestTally) async throws -> AccessToken {
        while true {
            switch turn() {
            case .use(let token): return token
            case .renew: return try await lead(tally)
            case .wait: if let token = try await follow() { return token }
            }
        }
    }

    /// The token in use, whether or not it is due for renewal.
    var held: AccessToken? {
        state.withLock { $0.held }
    }

    /// How many tasks wait for a renewal under way.
    var waiting: Int {
        state.withLock { $0.waiters.count }
    }

    /// Forgets a token that the API refused, unless it was replaced already.
    func discard(_ token: AccessToken) {
        state.withLock { if $0.held?.id == token.id { $0.held = nil } }
    }

    private func turn() -> Turn {
        let now = timekeeper.now
        return state.withLock { state in
            if let held = state.held, now < held.renewalDue { return .use(held) }
            if state.isRenewing { return .wait }
            state.isRenewing = true
            return .renew
        }
    }

    private func lead(_ tally: RequestTally) async throws -> AccessToken {
        do {
            let token = try await renew(tally)
            endRenewal(holding: token).forEach { $0.resume(returning: token) }
            return token
        } catch is CancellationError {
            endRenewal(holding: nil).forEach { $0.resume(returning: nil) }
            throw CancellationError()
        } catch {
            endRenewal(holding: nil).forEach { $0.resume(throwing: error) }
            throw error
        }
    }

    private func endRenewal(holding token: AccessToken?) -> [CheckedContinuation<AccessToken?, any Error>] {
        state.withLock { state in
            state.held = token
            state.isRenewing = false
            defer { state.waiters = [:] }
            return state.waiters.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Waits for the end of the renewal; nil when it was cancelled, so that someone else has to do it.
    private func follow() async throws -> AccessToken? {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isTooLate = state.withLock { state in
                    guard state.isRenewing, !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                // The loop of the caller finds out why.
                if isTooLate {
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else {
                        continuation.resume(returning: nil)
                    }
                }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }
}
