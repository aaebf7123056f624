extension PostgresConnection {
    /// Waits without a word to the server, and without a wake-up of the process, for the end of the connection.
    ///
    /// Gives way to whoever wants to run something on the connection meanwhile.
    ///
    /// - Parameter pause: how long at most.
    /// - Returns: whether the connection has ended; false after the pause, and when it gave way.
    /// - Throws: `CancellationError`; ``PostgresError/deadlineExceeded(during:)`` when others kept the connection for longer
    ///   than the pause and ``PostgresConfiguration/grace``.
    package nonisolated func hasEnded(within pause: Duration) async throws -> Bool {
        let end = ContinuousClock.now + pause
        return try await run(by: end + grace) { connection in try connection.waitForEnd(until: end) }
    }

    private func waitForEnd(until end: ContinuousClock.Instant) throws -> Bool {
        guard isConnected else { return true }
        let waiter = waiter(try limit(for: "waiting for the end of the connection").ending(by: end))
        do throws(Interruption) {
            while isAlive() {
                if isWanted { return false }
                _ = try waiter.wait(for: .readable, on: pq.socket)
            }
            return true
        } catch .deadline {
            return false
        } catch {
            throw error.error(during: "waiting for the end of the connection")
        }
    }
}
