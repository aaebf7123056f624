import UsageDomain

extension ExecutionRecorder {
    /// The same recorder, which also tells when an execution of a source begins to be waited for, and when it has ended.
    func telling(_ onEvent: @escaping @Sendable (PassEvent) -> Void, of source: String) -> ExecutionRecorder {
        var telling = self
        telling.open = { query in
            let execution = try await open(query)
            if let execution { onEvent(.executionBegan(source: source, submission: execution.submission)) }
            return execution
        }
        telling.accepted = { submission, execution in
            // The vendor runs it, whether or not that can be written down.
            onEvent(.executionBegan(source: source, submission: submission))
            try await accepted(submission, execution)
        }
        telling.ended = { submission, end in
            try await ended(submission, end)
            onEvent(.executionEnded(source: source, submission: submission))
        }
        return telling
    }
}
