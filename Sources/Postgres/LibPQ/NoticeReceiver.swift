import CLibpq
import Logging

/// Takes the server's notices and warnings, which libpq would print to standard error, into the log.
///
/// A `WARNING` of the server is a warning here: nobody else will tell of it. The rest is debug output.
final class NoticeReceiver: Sendable {
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// The C function for `PQsetNoticeReceiver`; its argument is an unretained receiver.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { argument, result in
        guard let argument, let result else { return }
        Unmanaged<NoticeReceiver>.fromOpaque(argument).takeUnretainedValue().log(result)
    }

    private func log(_ result: OpaquePointer) {
        let severity = PQResult.DiagnosticField.severity.value(of: result) ?? "NOTICE"
        logger.log(
            level: severity == "WARNING" ? .warning : .debug,
            "notice of the server",
            metadata: [
                "postgres.severity": "\(severity)",
                "postgres.sqlstate": "\(PQResult.DiagnosticField.sqlState.value(of: result) ?? "")",
                "postgres.message": "\(PQResult.DiagnosticField.message.value(of: result) ?? "")",
            ])
    }
}
