/// Waits for a condition, for half a minute at most.
func eventually(_ condition: () -> Bool) async throws {
    struct TooLate: Error {}
    let deadline = ContinuousClock.now + .seconds(30)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw TooLate() }
        try await Task.sleep(for: .milliseconds(1))
    }
}
