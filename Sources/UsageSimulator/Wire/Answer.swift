/// What the simulator answers to one request, before it goes onto the wire.
struct Answer: Sendable {
    enum Body: Sendable {
        case whole([UInt8])
        case results(ResultsBody)
    }

    /// How the body reaches the other side.
    enum Delivery: Sendable {
        case plain
        /// The connection is reset after so many bytes of the body.
        case cut(afterBytes: Int)
        /// The body ends properly after so many bytes, in the middle of its JSON.
        case truncated(afterBytes: Int)
        /// The body comes in small pieces with pauses between them.
        case dripping(bytes: Int, every: Duration)
        /// Nothing at all is sent; the connection is reset.
        case refused
        /// Nothing at all is sent, until the other side gives up.
        case hanging
        /// Nothing more is sent after so many bytes of the body, until the other side gives up.
        case stalled(afterBytes: Int)
    }

    var status: Int
    var headers: [(name: String, value: String)] = []
    var contentType = "application/json"
    var body: Body
    var delivery = Delivery.plain
    /// A pause before the answer begins.
    var delay = Duration.zero

    /// Whether the other side gets no status.
    var isSilent: Bool {
        switch delivery {
        case .hanging, .refused: true
        case .plain, .cut, .truncated, .dripping, .stalled: false
        }
    }

    /// The body as a whole, as it would be if nothing disturbed its delivery.
    func collectedBody() async throws -> [UInt8] {
        switch body {
        case .whole(let bytes): return bytes
        case .results(let results):
            var bytes: [UInt8] = []
            try await results.write { bytes += $0 }
            return bytes
        }
    }
}
