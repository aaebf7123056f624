package import JSONRows
package import Transport
package import UsageDomain

/// Why the API gave nothing usable.
package struct GenesysCloudError: Error, Sendable {
    /// What was being done.
    package enum Step: Sendable, Equatable {
        case token
        case organization
        case oauthClients
        case limits(namespace: String)
        case permission(Dataset)
        case submit(Query)
        /// The page counts from 1; an answer without pages has that one.
        case results(Query, ExecutionID, page: Int)
    }

    package enum Reason: Sendable {
        /// The exchange itself failed, or was answered with a status that is no success.
        case exchange(TransportError)
        /// The credentials, or twice a fresh token, were refused.
        case unauthenticated(TransportError)
        /// The answer is not the JSON expected.
        case unreadable(JSONRowsError)
        /// A row of the answer breaks a rule.
        case wrongRow(RowProblem)
        /// A part of the answer beside its rows is missing or wrong.
        case wrongAnswer(String)
        /// The pages of the answer make no whole.
        case wrongPages(PageChainError)
        /// The last word, when the patience for polling ended, was a status that the contract does not know. The execution
        /// stays open.
        case unknownStatus(String)
        /// The API said that it failed, this many times in a row, the last time with this reason.
        case executionsFailed(Int, String?)
        /// The API forgot a second execution before its answer was read.
        case executionLost
        /// Still running when the patience for polling ended. The execution stays open.
        case stillRunning(after: Duration)
    }

    package let reason: Reason
    package let step: Step
    /// HTTP requests sent before giving up.
    package internal(set) var requests: Int
    /// The API's name for the exchange that went wrong.
    package let correlationID: String?

    init(_ reason: Reason, step: Step, requests: Int, correlationID: String? = nil) {
        self.reason = reason
        self.step = step
        self.requests = requests
        self.correlationID = correlationID
    }
}

/// A row that breaks a rule, and where it is.
package struct RowProblem: Error, Equatable, Sendable {
    /// Number of the row in the answer, from 0.
    package let row: Int
    /// Offset of the row in the answer, in bytes.
    package let byteOffset: Int
    /// Key of the field.
    package let field: String
    package let problem: String
}
