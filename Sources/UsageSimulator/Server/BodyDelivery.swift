import Hummingbird
import NIOCore

/// Passes a body on in the way that an answer's delivery wants it.
struct BodyDelivery {
    /// Why a body was not passed on to its end.
    enum Interruption: Error {
        case ended, cut, stalled
    }

    private(set) var writer: any ResponseBodyWriter
    private let delivery: Answer.Delivery
    private var left: Int

    init(_ delivery: Answer.Delivery, writer: any ResponseBodyWriter) {
        self.delivery = delivery
        self.writer = writer
        left =
            switch delivery {
            case .cut(let bytes), .truncated(let bytes), .stalled(let bytes): bytes
            case .plain, .dripping, .hanging, .refused: .max
            }
    }

    @concurrent
    mutating func write(_ piece: [UInt8]) async throws {
        if case .dripping(let size, let pause) = delivery {
            for start in stride(from: 0, to: piece.count, by: size) {
                try await writer.write(ByteBuffer(bytes: piece[start..<min(start + size, piece.count)]))
                try await Task.sleep(for: pause)
            }
            return
        }
        let sent = piece.prefix(left)
        if !sent.isEmpty {
            try await writer.write(ByteBuffer(bytes: sent))
        }
        left -= sent.count
        guard left == 0 else { return }
        switch delivery {
        case .cut: throw Interruption.cut
        case .truncated: throw Interruption.ended
        case .stalled: throw Interruption.stalled
        case .plain, .dripping, .hanging, .refused: break
        }
    }
}
