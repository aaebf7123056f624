/// Waits for a condition, for two minutes at most.
func eventually(_ condition: () -> Bool) async throws {
    struct TooLate: Error {}
    let deadline = ContinuousClock.now + .seconds(120)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw TooLate() }
        try await Task.sleep(for: .milliseconds(1))
    }
}
