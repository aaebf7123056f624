/// A condition did not come true in time.
package struct NotInTime: Error, CustomStringConvertible {
    package let condition: String
    package let limit: Duration

    package var description: String { "not within \(limit): \(condition)" }
}

/// Waits until a condition holds; asks every few milliseconds.
///
/// - Throws: ``NotInTime`` when it does not hold within the limit, and what the condition throws.
package func eventually(
    _ description: String,
    within limit: Duration = .seconds(120),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(condition: description, limit: limit) }
        try await Task.sleep(for: .milliseconds(2))
    }
}
