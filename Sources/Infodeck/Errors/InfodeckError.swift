package import FoundationEssentials
package import Transport

/// Why the API gave nothing usable.
package struct InfodeckError: Error, Sendable {
    /// What was being done.
    package enum Step: Sendable, Equatable {
        case organization
        /// Asking for the units between two instants, the second excluded.
        case usage(Range<Date>)
        /// Asking for the same in seconds, which should be refused.
        case usageInSeconds(Range<Date>)
    }

    package enum Reason: Sendable {
        /// No header can carry the key, so nothing was sent.
        case impossibleKey
        /// The key was refused.
        case unauthenticated(TransportError)
        /// The exchange itself failed, or was answered with another status that is no success.
        case exchange(TransportError)
        /// The answer came with success and is not as the contract states it.
        case wrongAnswer(AnswerProblem)
    }

    package let reason: Reason
    package let step: Step
    /// HTTP requests sent before giving up.
    package let requests: Int

    init(_ reason: Reason, step: Step, requests: Int) {
        self.reason = reason
        self.step = step
        self.requests = requests
    }

    /// The HTTP status of the answer; nil when none came, and for an answer with success.
    package var status: Int? {
        switch reason {
        case .unauthenticated(let failure), .exchange(let failure): failure.status
        case .impossibleKey, .wrongAnswer: nil
        }
    }
}
