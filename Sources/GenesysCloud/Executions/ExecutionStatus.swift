import JSONRows

/// What an answer says of its execution (contract, section 1.2: exactly `Complete`, `Failed`, `Running`).
enum ExecutionStatus: Equatable {
    case running
    case complete
    case failed
    case unknown(String)
    /// Not stated.
    case missing

    init(_ summary: JSONRowsSummary) {
        self =
            switch summary.string("queryStatus") {
            case "Running": .running
            case "Complete": .complete
            case "Failed": .failed
            case nil: .missing
            case .some(let text): .unknown(text)
            }
    }
}
