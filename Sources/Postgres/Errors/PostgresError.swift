/// What can go wrong between here and PostgreSQL.
///
/// Descriptions are fit for a log: they carry neither bound values nor passwords.
package enum PostgresError: Error, Sendable {
    /// The server refused a statement.
    case server(PostgresServerError)
    /// No connection could be made.
    case connectionFailed(ConnectFailure)
    /// The connection string or URI is wrong; the text says how, without quoting it.
    case invalidConninfo(String)
    /// The connection went away, or was given up because its state was unknown.
    case connectionLost(String)
    /// The time was up while this was done. A statement was cancelled; of a COMMIT the effect is unknown.
    case deadlineExceeded(during: String)
    /// The pool lends no more.
    case poolClosed
    /// A value or text that PostgreSQL cannot take; nothing was sent.
    case invalidValue(String)
    /// A value of a result is not what was asked for.
    case decoding(PostgresDecodingError)
    /// COMMIT was impossible, for a statement of the transaction had failed and its error was swallowed.
    case transactionAborted
    /// A call that the caller's code must not make there.
    case misuse(String)

    /// Whether the same call may succeed when it is made again: the connection was lost or could not be made, the
    /// time was up, or the server's SQLSTATE speaks of a conflict, a shortage, a restart or a standby.
    package var isTransient: Bool {
        switch self {
        case .server(let error): error.isTransient
        case .connectionFailed(let failure): failure.isTransient
        case .connectionLost, .deadlineExceeded: true
        case .invalidConninfo, .poolClosed, .invalidValue, .decoding, .transactionAborted, .misuse: false
        }
    }

    /// Whether the connection is gone, and with it its transaction, temporary tables and locks.
    package var isConnectionLost: Bool {
        switch self {
        case .server(let error): error.endsConnection
        case .connectionLost: true
        default: false
        }
    }

    /// Whether another connection to the same place may be allowed to write what this one is not.
    var isReadOnlySession: Bool { SQLState.isReadOnly(sqlState) }

    /// The server's code for the error, as in appendix A of PostgreSQL's manual.
    package var sqlState: String? {
        switch self {
        case .server(let error): error.sqlState
        case .connectionFailed(let failure): failure.sqlState
        default: nil
        }
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .server(let error): error.description
        case .connectionFailed(let failure): "cannot connect to PostgreSQL: \(failure)"
        case .invalidConninfo(let reason): "invalid PostgreSQL connection string: \(reason)"
        case .connectionLost(let reason): "connection to PostgreSQL lost: \(reason)"
        case .deadlineExceeded(let activity): "the time for PostgreSQL was up during: \(StatementExcerpt(activity))"
        case .poolClosed: "the pool of PostgreSQL connections is closed"
        case .invalidValue(let reason): "not a value for PostgreSQL: \(reason)"
        case .decoding(let error): error.description
        case .transactionAborted: "the transaction could not be committed, because one of its statements had failed"
        case .misuse(let reason): "wrong use of the PostgreSQL connection: \(reason)"
        }
    }
}
