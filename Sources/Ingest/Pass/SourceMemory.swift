import FoundationEssentials
import Postgres
import ServiceLifecycle
import Synchronization
import UsageDomain
import Warehouse

/// What the database remembers of how much a source may send, and is told the moment that it is learned.
struct SourceMemory: Sendable {
    /// What the database did not take when it was learned.
    private final class Arrears: Sendable {
        private let isWaiting = Mutex(false)
        let news: AsyncStream<Void>
        private let signal: AsyncStream<Void>.Continuation

        init() {
            (news, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        /// Whether something waits for the database.
        var exist: Bool { isWaiting.withLock { $0 } }

        func arise() {
            isWaiting.withLock { $0 = true }
            signal.yield()
        }

        func clear() {
            isWaiting.withLock { $0 = false }
        }
    }

    let pass: Pass
    let source: ConfiguredSource
    private let arrears = Arrears()

    init(pass: Pass, source: ConfiguredSource) {
        self.pass = pass
        self.source = source
    }

    /// Has the source's budget go on where another process may have left off.
    ///
    /// - Returns: until when the source rests, if that is too long to be waited for.
    /// - Throws: `PostgresError`, `CancellationError`.
    func recall() async throws -> Date? {
        let known = try await pass.patiently { try await pass.warehouse.budget(of: source.name) }
        let now = pass.settings.now()
        let silence = known.restingUntil.map { Duration.seconds($0.timeIntervalSince(now)) } ?? .zero
        guard let budget = source.adapter.common.budget else { return silence > .zero ? known.restingUntil : nil }
        let tooLong = await budget.resume(
            BudgetMemory(allowance: known.allowance, silence: max(silence, .zero)), keeping: keep)
        return tooLong.map { now.addingTimeInterval($0.timeInterval) }
    }

    /// Runs `body`, and beside it writes down what the database did not take when it was learned, as soon as it does. To
    /// be called once.
    ///
    /// - Throws: what `body` throws.
    func whileKeeping<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keepArrears() }
            group.addTask { await keepCounting() }
            defer { group.cancelAll() }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            await keepCounts()
            guard case .success = result else { return try result.get() }
            // The last occasion; after it this is lost, and with it a courtesy but no data.
            arrears.clear()
            try? await cancelWhenGracefulShutdown { [budget = source.adapter.common.budget] in
                try await budget?.keepWhatIsNew()
            }
            return try result.get()
        }
    }

    // MARK: - What was sent

    /// How often the number of requests is written down.
    private static let countingPause = Duration.seconds(60)
    /// How long that may take.
    private static let countingLimit = Duration.seconds(2)

    private func keepCounting() async {
        // On the machine's own clock: what it bounds is what a kill of the process takes away.
        while (try? await Task.sleep(for: Self.countingPause)) != nil { await keepCounts() }
    }

    private func keepCounts() async {
        let counts = source.sent.take()
        do {
            try await pass.warehouse.add(counts, sentTo: source.name, timeout: Self.countingLimit)
        } catch let error as PostgresError where error.isConnectionLost {
            // They may have been written: rather too few than twice.
        } catch {
            source.sent.giveBack(counts)
        }
    }

    // MARK: - What was learned

    private func keepArrears() async {
        guard let budget = source.adapter.common.budget else { return }
        for await _ in arrears.news {
            try? await pass.patiently {
                arrears.clear()
                try await budget.keepWhatIsNew()
            }
        }
    }

    /// Nobody's answer waits for a database that is known to be away.
    private func keep(_ memory: BudgetMemory) async throws {
        struct InArrears: Error {}
        guard !arrears.exist else { throw InArrears() }
        let now = pass.settings.now()
        do {
            try await pass.warehouse.keepBudget(
                of: source.name, allowance: memory.allowance,
                restingUntil: memory.silence > .zero ? now.addingTimeInterval(memory.silence.timeInterval) : nil)
        } catch {
            arrears.arise()
            throw error
        }
    }
}
