import Synchronization
import TestSupport
import Testing
import Timekeeping
import Transport

@testable import GenesysCloud

/// Renewals held open by the test.
private final class Renewals: Sendable {
    private let pending = Mutex<[CheckedContinuation<AccessToken, any Error>]>([])
    private let begun = Mutex(0)

    var count: Int { begun.withLock { $0 } }
    var isPending: Bool { pending.withLock { !$0.isEmpty } }

    func renew() async throws -> AccessToken {
        begun.withLock { $0 += 1 }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                pending.withLock { $0.append(continuation) }
            }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }

    func end(_ result: Result<AccessToken, any Error>) {
        let continuations = pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
        for continuation in continuations { continuation.resume(with: result) }
    }
}

@Suite(.inTurn)
struct TokenSharingTests {
    private let renewals = Renewals()
    private let provider: AccessTokenProvider
    private let token = AccessToken(value: Secret("abc"), requested: .zero, lifetime: .seconds(3_600))

    init() {
        let renewals = renewals
        provider = AccessTokenProvider(timekeeper: Timekeeper(TestClock())) { _ in try await renewals.renew() }
    }

    /// Tasks of which one renews and all others wait.
    private func waiters(_ count: Int) async throws -> [Task<Int, any Error>] {
        let provider = provider
        let tasks = (0..<count).map { _ in Task { try await provider.token(tally: RequestTally()).id } }
        try await eventually("all others wait") { provider.waiting == count - 1 && renewals.isPending }
        return tasks
    }

    @Test func `all who wait get the token of one renewal`() async throws {
        let tasks = try await waiters(10)
        renewals.end(.success(token))
        for task in tasks { #expect(try await task.value == token.id) }
        #expect(renewals.count == 1)
    }

    @Test func `cancelling some who wait leaves the others their renewal`() async throws {
        let tasks = try await waiters(10)
        // The one that renews may be among them; then another takes over, which may be the next to be cancelled.
        for task in tasks.prefix(5) { task.cancel() }
        for task in tasks.prefix(5) { await #expect(throws: CancellationError.self) { _ = try await task.value } }
        try await eventually("a renewal is under way") { renewals.isPending }
        renewals.end(.success(token))
        for task in tasks.dropFirst(5) { #expect(try await task.value == token.id) }
        #expect(renewals.count <= 6)
    }

    @Test func `all who wait get the error of one renewal`() async throws {
        struct Refusal: Error {}
        let tasks = try await waiters(10)
        renewals.end(.failure(Refusal()))
        for task in tasks { await #expect(throws: Refusal.self) { _ = try await task.value } }
        #expect(renewals.count == 1)
    }
}
