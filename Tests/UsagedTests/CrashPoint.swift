import TestSupport
import Testing
import UsageSimulator

/// A dataset that is read by executions, and what a crash test must know of it.
struct CrashDataset: Sendable, CustomTestStringConvertible {
    let name: String
    let submit: Endpoint
    let results: Endpoint

    var testDescription: String { name }

    var isPerClient: Bool { name.hasPrefix("client_") }

    static let all = [
        CrashDataset(name: "organization_query", submit: .submit, results: .results),
        CrashDataset(name: "client_query", submit: .clientSubmit, results: .clientResults),
        CrashDataset(name: "client_summary", submit: .clientSummary, results: .clientResults),
        CrashDataset(name: "simplesearch", submit: .searchSubmit, results: .searchResults),
        CrashDataset(name: "organization_jobs", submit: .jobsSubmit, results: .jobsResults),
        CrashDataset(name: "client_jobs", submit: .clientJobsSubmit, results: .clientJobsResults),
    ]

    /// Those whose answers come in pages.
    static let paged = all.filter { ["simplesearch", "organization_jobs", "client_jobs"].contains($0.name) }
}

/// A moment in the life of an execution at which the process is killed.
enum CrashPoint: String, CaseIterable, Sendable {
    /// The intent is in the database, and the process has not heard so.
    case intentWritten
    /// The submission was sent, and the vendor has not taken it.
    case submitSent
    /// The vendor has taken the submission, and the process does not know the execution.
    case submitAccepted
    /// The process knows the execution, and the database does not.
    case idReceived
    /// The execution is in the database, and the process has not heard so.
    case idStored
    case polling
    /// The whole answer is in the spool; its transaction has not done anything.
    case spoolClosed
    /// The end of the transaction was sent, and the database has not got it.
    case commitSent
    /// The transaction is committed, and the process has not heard so.
    case committed

    /// Where the process stands still.
    enum Hold: Sendable {
        /// At a message to the database or its answer.
        case database(MessageHold)
        /// At a request to the vendor: this happens to the first one.
        case submit(Fault.Effect)
        case results(Fault.Effect)
    }

    var hold: Hold {
        switch self {
        case .intentWritten: .database(MessageHold(.answer, Self.intent))
        case .submitSent: .submit(.hang)
        case .submitAccepted: .submit(.stall(afterBytes: 0))
        case .idReceived: .database(MessageHold(.message, Self.acceptance))
        case .idStored: .database(MessageHold(.answer, Self.acceptance))
        case .polling: .results(.hang)
        case .spoolClosed: .database(MessageHold(.message, Self.store))
        case .commitSent: .database(MessageHold(.message, Self.store, "COMMIT"))
        case .committed: .database(MessageHold(.answer, Self.store, "COMMIT"))
        }
    }

    /// Requests to submit, both processes together.
    var submits: Int {
        switch self {
        case .submitSent, .submitAccepted, .idReceived: 2
        case .intentWritten, .idStored, .polling, .spoolClosed, .commitSent, .committed: 1
        }
    }

    /// What the second process says of its executions: resumed, lost, submitted perhaps a second time.
    var account: String {
        switch self {
        case .intentWritten, .submitSent, .submitAccepted, .idReceived: "0 0 1"
        case .idStored, .polling, .spoolClosed, .commitSent: "1 0 0"
        case .committed: "0 0 0"
        }
    }

    /// The beginning of the statement that writes an intent.
    static let intent = "INSERT INTO ingest.execution"
    private static let acceptance = "SET state = 'open', execution_id"
    /// The first statement of the transaction that stores a window, and of no other.
    static let store = "SET LOCAL lock_timeout = '30min'"
}
