/// How long a part of the examination may take; each of its questions ends with it.
struct ExaminationTime: Sendable {
    private let end: ContinuousClock.Instant

    /// Begins now.
    init(_ total: Duration) {
        end = .now + total
    }

    /// What is left, but no more than one question should take.
    func left(_ most: Duration) -> Duration {
        max(.milliseconds(1), min(most, ContinuousClock.now.duration(to: end)))
    }

    /// Asks a question.
    ///
    /// - Parameters:
    ///   - most: how long it should take, with all that it does again.
    ///   - question: is cancelled when the time is up.
    /// - Returns: what it returns.
    /// - Throws: ``TimeIsUp``, and what the question throws.
    func within<Answer: Sendable>(
        _ most: Duration, _ question: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let limit = left(most)
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask { try await question() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else { throw TimeIsUp(limit: limit) }
            return answer
        }
    }
}

/// A question of the examination had no answer in time.
struct TimeIsUp: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "no answer within \(max(1, Int(limit / .seconds(1)))) s" }
}
