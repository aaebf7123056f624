import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Dates each answer by the simulator's clock: Hummingbird, which writes the header itself, knows the machine's only.
final class StatedDate: ChannelOutboundHandler, RemovableChannelHandler, Sendable {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let slot: SimulatorSlot

    init(slot: SimulatorSlot) {
        self.slot = slot
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var part = unwrapOutboundIn(data)
        if case .head(var head) = part, let simulator = slot.filled {
            head.headerFields[.date] = HTTPDate(date: simulator.statedDate).description
            part = .head(head)
        }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
