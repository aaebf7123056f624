import CLibpq

/// `PGconn *`: one method for each libpq function used, under libpq's name without the prefix, so that
/// [libpq's manual](https://www.postgresql.org/docs/15/libpq.html) is the documentation of this type.
///
/// Nothing here waits, and nothing here knows SQL types. The pointer becomes null with ``finish()``; libpq answers
/// a null connection with "bad", −1 or an empty text, never with a crash, so a finished connection still answers
/// questions and refuses work.
struct PQConnection: ~Copyable {
    private var pointer: OpaquePointer?
    /// libpq keeps an unretained pointer to it for as long as the connection lives.
    private let notices: NoticeReceiver

    /// `PQconnectStartParams`, which resolves host names and therefore may block; then non-blocking mode.
    ///
    /// A later keyword wins over an earlier one, and `dbname` is expanded as a connection string or URI.
    init(connectStart parameters: [(keyword: String, value: String)], notices: NoticeReceiver) {
        let keywords = CStringArray(parameters.map(\.keyword))
        let values = CStringArray(parameters.map(\.value))
        self.pointer = PQconnectStartParams(keywords.pointers, values.pointers, 1)
        self.notices = notices
        PQsetNoticeReceiver(pointer, NoticeReceiver.receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(pointer) }

    /// `PQfinish`: says goodbye to the server and frees everything.
    mutating func finish() {
        PQfinish(pointer)
        pointer = nil
    }

    // MARK: Questions

    var isBad: Bool { PQstatus(pointer) == CONNECTION_BAD }
    var socket: Int32 { PQsocket(pointer) }
    var backendPID: Int32 { PQbackendPID(pointer) }
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }
    /// `PQconnectionNeedsPassword`: the server wanted a password and none was at hand.
    var connectionNeedsPassword: Bool { PQconnectionNeedsPassword(pointer) == 1 }
    /// `PQhost`: the name of the host that answered, or the folder of its socket.
    var host: String { PQhost(pointer).map { String(cString: $0) } ?? "" }
    /// `PQsslInUse`.
    var isEncrypted: Bool { PQsslInUse(pointer) == 1 }
    /// `PQconninfo`: the value of one option as it was used, wherever it came from; nil when it has none.
    func option(_ keyword: String) -> String? {
        guard let options = PQconninfo(pointer) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let name = option.pointee.keyword {
            if String(cString: name) == keyword { return option.pointee.val.map { String(cString: $0) } }
            option = option.successor()
        }
        return nil
    }
    var errorMessage: String {
        String(cString: PQerrorMessage(pointer)).trimmingTrailingWhitespace()
    }

    // MARK: Calls, in the order in which an exchange makes them

    func connectPoll() -> PostgresPollingStatusType { PQconnectPoll(pointer) }

    func setNonblocking() -> Bool { PQsetnonblocking(pointer, 1) == 0 }

    func setErrorVerbosity(_ verbosity: PGVerbosity) { PQsetErrorVerbosity(pointer, verbosity) }

    /// `PQsendQuery`: the simple protocol, many statements.
    func sendQuery(_ text: String) -> Bool { PQsendQuery(pointer, text) == 1 }

    /// `PQsendQueryParams`: the extended protocol, one statement, results in binary format.
    func sendQueryParams(_ text: String, _ parameters: borrowing QueryParameters) -> Bool {
        parameters.withCArrays { count, types, values, lengths, formats in
            PQsendQueryParams(pointer, text, count, types, values, lengths, formats, 1) == 1
        }
    }

    /// `PQflush`: what is left to send.
    func flush() -> Flush {
        switch PQflush(pointer) {
        case 0: .done
        case 1: .pending
        default: .failed
        }
    }

    /// `PQconsumeInput`; false when the connection is lost.
    func consumeInput() -> Bool { PQconsumeInput(pointer) == 1 }

    var isBusy: Bool { PQisBusy(pointer) == 1 }

    func getResult() -> PQResult? { PQgetResult(pointer).map(PQResult.init) }

    /// `PQputCopyData` of at most 64 kB.
    func putCopyData(_ bytes: UnsafeRawBufferPointer) -> PutCopy {
        PutCopy(PQputCopyData(pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count)))
    }

    /// `PQputCopyEnd`; with an error the server fails the COPY with that text.
    func putCopyEnd(error: String?) -> PutCopy { PutCopy(PQputCopyEnd(pointer, error)) }

    /// `PQgetCancel`; nil when there is no connection.
    func getCancel() -> PQCancel? { PQgetCancel(pointer).map(PQCancel.init) }

    enum Flush { case done, pending, failed }

    /// The answer of `PQputCopyData` and `PQputCopyEnd`: full buffers mean "flush, then call again".
    enum PutCopy {
        case queued, full, failed

        init(_ code: Int32) {
            switch code {
            case 1: self = .queued
            case 0: self = .full
            default: self = .failed
            }
        }
    }
}
