package import FoundationEssentials
import Hummingbird
package import Logging
import NIOCore

/// Runs a simulator on a free port of this machine while a body uses it.
///
/// The server lives in the caller's task tree and has ended when this returns; connections that are still open are closed.
///
/// - Parameters:
///   - world: What it serves.
///   - script: How it behaves.
///   - credentials: What may obtain a token; nil for one credential of the world's first OAuth client.
///   - port: Where to listen on 127.0.0.1; 0 for any free port.
///   - servesControl: Whether the paths under `/simulator/` answer; see ``ControlPaths``.
///   - clock: A clock that can leap, in place of `now`; ``ControlPaths`` tell it.
///   - now: The simulator's clock, by which tokens expire, days are published, minutes are counted and answers are dated.
///   - logger: Gets one line a request at debug level.
///   - body: Gets the running simulator.
/// - Returns: What the body returns.
/// - Throws: What the body throws; an error of the network when the port is taken.
package func withSimulator<Value: Sendable>(
    world: World,
    script: Script = Script(),
    credentials: [Credential]? = nil,
    port: Int = 0,
    servesControl: Bool = false,
    clock: SimulatedClock? = nil,
    now: @escaping @Sendable () -> Date = { Date() },
    logger: Logger = Logger(label: "usage-simulator", factory: { _ in SwiftLogNoOpLogHandler() }),
    _ body: @Sendable (Simulator) async throws -> Value
) async throws -> Value {
    let ledger = Ledger()
    let (addresses, announced) = AsyncThrowingStream<Int, any Error>.makeStream()
    let slot = SimulatorSlot()
    let application = Application(
        responder: SimulatorResponder(slot: slot, servesControl: servesControl),
        server: .http1(configuration: .init(additionalChannelHandlers: [StatedDate(slot: slot)])),
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
        onServerRunning: { channel in
            announced.yield(channel.localAddress?.port ?? port)
            announced.finish()
        },
        logger: logger
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do {
                try await application.run()
                announced.finish(throwing: CancellationError())
            } catch {
                announced.finish(throwing: error)
                guard error is CancellationError else { throw error }
            }
        }
        defer { group.cancelAll() }
        guard let boundPort = try await addresses.first(where: { _ in true }) else { throw CancellationError() }
        let simulator = Simulator(
            baseURL: "http://127.0.0.1:\(boundPort)",
            world: world,
            script: script,
            credentials: credentials,
            ledger: ledger,
            clock: clock,
            now: now
        )
        slot.fill(simulator)
        return try await body(simulator)
    }
}
