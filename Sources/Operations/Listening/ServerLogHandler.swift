import Logging

/// Passes on what the HTTP server finds worth a warning, until it is told to end.
///
/// Its other lines are about its insides; and a server that is cancelled logs an error for having been interrupted.
struct ServerLogHandler: LogHandler {
    private var handler: any LogHandler

    init(_ handler: any LogHandler) {
        self.handler = handler
        self.handler.logLevel = max(handler.logLevel, .warning)
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        // Asked in the task that logs, which is the server's own or a connection's.
        guard !Task.isCancelled else { return }
        handler.log(event: event)
    }
}
