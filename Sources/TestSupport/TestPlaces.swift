/// The places at which tests of a process work; who finds none waits, first come, first served.
///
/// Swift Testing begins all tests at once. On a machine of few processors each of them would then wait for seconds
/// between any two of its steps, which is more than what is under test can always be told to bear.
package actor TestPlaces {
    static let shared = TestPlaces(count: 8)

    /// Whether the running test has a place: it needs no second one.
    @TaskLocal private static var isTaken = false

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        free = count
    }

    /// Lends a place to `body`, unless the task has one already.
    ///
    /// - Throws: what `body` throws.
    nonisolated func withPlace(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        guard !Self.isTaken else { return try await body() }
        await take()
        do {
            try await Self.$isTaken.withValue(true, operation: body)
            await leave()
        } catch {
            await leave()
            throw error
        }
    }

    private func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
