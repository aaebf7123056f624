import Postgres
import ServiceLifecycle
import UsageDomain
import Warehouse

/// Holds a source while it is worked on, so that no other process does the same: its lock is waited for, watched, and
/// asked for again when it is lost. Requests go only while the lock is known to be there.
struct SourceHolding: Sendable {
    let pass: Pass
    let source: ConfiguredSource

    private var policy: HoldPolicy { pass.settings.holds }

    /// Lends the hold to `body`.
    ///
    /// - Throws: `PostgresError` when the database stayed away, `WarehouseError.sessionNotKept`, `CancellationError`, also
    ///   when a graceful shutdown ends the wait; what `body` throws.
    func withHold<Result: Sendable>(_ body: (SourceHold) async throws -> Result) async throws -> Result {
        let (lock, number) = try await cancelWhenGracefulShutdown { try await acquire() }
        // Its answer was just there.
        source.adapter.common.give(.granted(until: .now + policy.validity))
        let hold = SourceHold(taken: .now, policy: policy)
        return try await withThrowingTaskGroup(of: SourceLock?.self) { group in
            group.addTask { await keep(lock, number, hold) }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(hold))
            } catch {
                result = .failure(error)
            }
            source.adapter.common.give(.withheld)
            group.cancelAll()
            if let lock = try await group.next() ?? nil { await end(lock) }
            return try result.get()
        }
    }

    // MARK: - Taking and letting go

    /// Waits for the lock as long as it takes, and says who is waited for.
    private func acquire() async throws -> (SourceLock, number: Int64) {
        var lost: PostgresError?
        while true {
            // Patience begins anew with each loss: a wait of hours is no fault of the database.
            let (lock, number) = try await pass.patiently {
                if let error = lost {
                    lost = nil
                    throw error
                }
                let lock = try await open()
                do {
                    return (lock, try await lock.take() ? try await begin(lock) : nil)
                } catch {
                    await lock.abandon()
                    throw error
                }
            }
            if let number { return (lock, number) }
            do {
                try await SourceQueue(pass: pass, lock: lock).wait()
                return (lock, try await begin(lock))
            } catch let error as PostgresError {
                await lock.abandon()
                lost = error
            } catch {
                await lock.abandon()
                throw error
            }
        }
    }

    private func open() async throws -> SourceLock {
        try await SourceLock(of: source.name, in: pass.warehouse.lockSession)
    }

    /// Looks at the lock before anything is trusted to it, and notes that the work begins.
    private func begin(_ lock: SourceLock) async throws -> Int64 {
        guard try await lock.standing(within: policy.checkDeadline).isHeld else { throw WarehouseError.sessionNotKept }
        return try await lock.noteBegin(now: pass.settings.now())
    }

    private func end(_ lock: SourceLock) async {
        // Without a database this is lost; whoever comes next then takes the source for abandoned, and looks sooner.
        try? await lock.noteEnd()
        await lock.release()
    }

    // MARK: - Watching

    /// Looks after the lock until the task is cancelled.
    ///
    /// - Returns: the session that has the lock; nil when none has.
    private func keep(_ first: SourceLock, _ number: Int64, _ hold: SourceHold) async -> SourceLock? {
        var lock = first
        while true {
            do {
                try await Task.sleep(for: policy.checkEvery)
                let sent = ContinuousClock.now
                let standing = try await lock.standing(within: policy.checkDeadline)
                guard standing.isHeld else { throw LockLost() }
                source.adapter.common.give(.granted(until: sent + policy.validity))
                if hold.note(isWanted: standing.isWanted), standing.isWanted {
                    pass.onEvent(.sourceWanted(source: source.name))
                }
            } catch is CancellationError {
                return lock
            } catch {
                source.adapter.common.give(.withheld)
                pass.onEvent(.sourceHoldLost(source: source.name, reason: "\(error)"))
                await lock.abandon()
                guard let regained = await regain(from: lock, number, hold) else {
                    source.adapter.common.give(.refused)
                    return nil
                }
                lock = regained
            }
        }
    }

    /// Asks for the lock again. It is good for what was planned only if nobody else has had it.
    private func regain(from lost: SourceLock, _ number: Int64, _ hold: SourceHold) async -> SourceLock? {
        do {
            let regained = try await pass.patiently {
                let lock = try await open()
                do {
                    let sent = ContinuousClock.now
                    guard try await lock.take(from: lost.identity), try await lock.timesHeld() == number else {
                        await lock.release()
                        return nil as (SourceLock, ContinuousClock.Instant)?
                    }
                    return (lock, sent)
                } catch {
                    await lock.abandon()
                    throw error
                }
            }
            guard let (lock, sent) = regained else {
                hold.forfeit()
                pass.onEvent(.sourceForfeited(source: source.name))
                return nil
            }
            source.adapter.common.give(.granted(until: sent + policy.validity))
            pass.onEvent(.sourceHoldRegained(source: source.name))
            return lock
        } catch {
            // Cancelled, or the database's patience is at its end.
            hold.forfeit(because: error)
            return nil
        }
    }
}

/// The session lives and has no lock.
private struct LockLost: Error, CustomStringConvertible {
    let description = "the server knows nothing of the lock any more"
}
