import ServiceLifecycle
import UnixSignals

/// Ends everything at once when the operator asks a second time to stop.
///
/// The first signal is the service group's. Nothing is lost by the second: transactions are rolled back, and what is due
/// follows from coverage.
struct SecondSignalService: Service, CustomStringConvertible {
    /// The signals that ask to stop.
    static let signals: [UnixSignal] = [.sigterm, .sigint]

    var description: String { "second signal" }

    /// - Throws: `CommandFailure` at the second signal.
    func run() async throws {
        var received = 0
        for await _ in await UnixSignalsSequence(trapping: Self.signals).cancelOnGracefulShutdown() {
            received += 1
            if received == 2 {
                throw CommandFailure(
                    .tryAgain, "asked twice to stop, so stopped at once; the next run goes on from here")
            }
        }
    }
}
