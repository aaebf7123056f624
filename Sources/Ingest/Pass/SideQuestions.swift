import UsageDomain
import Warehouse

/// Asks for what is nice to know, and leaves alone for a day what the API refuses to say.
struct SideQuestions: Sendable {
    enum Reply<Answer: Sendable>: Sendable {
        case answered(Answer)
        /// - isNews: whether the API was asked, and not an earlier refusal remembered.
        case failed(reason: String, isNews: Bool)
    }

    let pass: Pass
    let source: String
    let scope: PassScope
    let backOffs: [BackOffSubject: BackOff]

    /// - Parameters:
    ///   - subject: what is asked.
    ///   - isSilence: whether an answer says nothing, which is left alone like a refusal.
    ///   - question: asks the vendor.
    /// - Returns: the answer, or why there is none.
    /// - Throws: `PostgresError`, `CancellationError`.
    func ask<Answer: Sendable>(
        _ subject: BackOffSubject,
        isSilence: (Answer) -> Bool = { _ in false },
        _ question: () async throws -> Answer
    ) async throws -> Reply<Answer> {
        let known = backOffs[subject]
        if case .scheduled = scope, let known, known.nextAttemptAt > pass.settings.now() {
            return .failed(reason: known.reason, isNews: false)
        }
        do {
            let answer = try await question()
            if isSilence(answer) {
                try await leave(subject, because: "the API says nothing")
            } else if known != nil {
                try await pass.patiently { try await pass.warehouse.endBackOff([subject], of: source) }
            }
            return .answered(answer)
        } catch let failure as any FetchFailure {
            // Whatever else went wrong may be over by the next pass.
            if failure.kind == .refused {
                try await leave(subject, because: failure.description)
            }
            return .failed(reason: failure.description, isNews: true)
        }
    }

    private func leave(_ subject: BackOffSubject, because reason: String) async throws {
        let day = Duration.seconds(86_400)
        _ = try await pass.patiently {
            try await pass.warehouse.backOff(
                subject, of: source, because: reason, times: BackOffTimes(first: day, longest: day),
                now: pass.settings.now())
        }
    }
}
