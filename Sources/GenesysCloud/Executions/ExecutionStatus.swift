/// What an answer says of its execution, whatever the word.
enum ExecutionStatus: Equatable, Sendable {
    /// Queued or running.
    case running
    case complete
    /// Failed or cancelled.
    case failed
    case unknown(String)
    /// Not stated.
    case missing
}
