import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Holds the simulator, which is made once the port is known.
final class SimulatorSlot: Sendable {
    private let simulator = Mutex<Simulator?>(nil)

    func fill(_ simulator: Simulator) {
        self.simulator.withLock { $0 = simulator }
    }

    var filled: Simulator? {
        simulator.withLock { $0 }
    }
}

/// Keeps the channel of the connection, so that a script can reset it.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Translates between HTTP and the simulator's plain values, and plays what happens to a connection.
struct SimulatorResponder: HTTPResponder {
    typealias Context = SimulatorContext

    let slot: SimulatorSlot
    let servesControl: Bool

    func respond(to incoming: Request, context: SimulatorContext) async throws -> Response {
        guard let simulator = slot.filled else { return Response(status: .serviceUnavailable) }
        var incoming = incoming
        let buffer = try await incoming.collectBody(upTo: 16 * Simulator.largestRequest)
        let request = IncomingRequest(
            method: incoming.method.rawValue,
            path: incoming.uri.path,
            query: incoming.uri.query ?? "",
            authorization: incoming.headers[.authorization],
            contentType: incoming.headers[.contentType],
            body: Array(buffer.readableBytesView)
        )
        if servesControl, let answer = ControlPaths.answer(request, simulator) {
            return response(answer, to: incoming, context)
        }
        let underWay = simulator.clock?.noteRequest()
        defer { withExtendedLifetime(underWay) {} }
        let apiKey = HTTPField.Name("X-API-Key").flatMap { incoming.headers[$0] }
        let answer = simulator.infodeck.answer(request, apiKey: apiKey) ?? simulator.answer(request)
        context.logger.debug(
            "Answered",
            metadata: ["method": "\(request.method)", "path": "\(request.path)", "status": "\(answer.status)"]
        )
        if answer.delay > .zero {
            try await Task.sleep(for: answer.delay)
        }
        switch answer.delivery {
        case .hanging:
            try await silence(toward: incoming)
        case .refused:
            try await ConnectionReset.reset(context.channel)
            throw CancellationError()
        case .plain, .cut, .truncated, .dripping, .stalled: break
        }
        return response(answer, to: incoming, context, keeping: underWay)
    }

    private func response(
        _ answer: Answer, to incoming: Request, _ context: SimulatorContext,
        keeping underWay: SimulatedClock.UnderWay? = nil
    ) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) {
                headers[name] = header.value
            }
        }
        // No length is announced, so the body goes out in chunks, as the real API sends it.
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(underWay) {} }
            var delivery = BodyDelivery(answer.delivery, writer: writer)
            do {
                try await write(answer.body, by: &delivery)
            } catch let interruption as BodyDelivery.Interruption {
                switch interruption {
                case .ended: break
                case .cut:
                    try await ConnectionReset.reset(context.channel)
                    throw interruption
                case .stalled:
                    try await silence(toward: incoming)
                }
            }
            try await delivery.writer.finish(nil)
        }
        return Response(status: HTTPResponse.Status(code: answer.status), headers: headers, body: body)
    }

    @concurrent
    private func write(_ body: Answer.Body, by delivery: inout BodyDelivery) async throws {
        switch body {
        case .whole(let bytes): try await delivery.write(bytes)
        case .results(let results): try await results.write { try await delivery.write($0) }
        }
    }

    /// Waits until the other side closes the connection or the server ends; always throws then.
    private func silence(toward incoming: Request) async throws {
        try await incoming.body.consumeWithCancellationOnInboundClose { _ in
            try await Task.sleep(for: .seconds(86_400))
        }
        throw CancellationError()
    }
}
