/// Finds the ends of the messages that a PostgreSQL client sends, however they are cut into chunks.
///
/// Startup, SSL, GSS and cancel packets are a length and a code; all later messages a type, a length and the rest
/// (PostgreSQL manual, 55.7 "Message Formats").
struct FrontendMessages {
    private enum Phase {
        case startup
        case session
    }

    private var phase = Phase.startup
    private var header: [UInt8] = []
    /// Bytes of the current message still to come, once its header is complete.
    private var remaining: Int?

    /// How many bytes of the chunk belong to each message that ends in it: the offsets behind their last bytes.
    mutating func ends(in chunk: ArraySlice<UInt8>) -> [Int] {
        var ends: [Int] = []
        var index = chunk.startIndex
        while index < chunk.endIndex {
            if let length = remaining {
                let taken = min(length, chunk.endIndex - index)
                index += taken
                remaining = length - taken
            } else {
                header.append(chunk[index])
                index += 1
                guard header.count == headerLength else { continue }
                remaining = readHeader()
                header = []
            }
            if remaining == 0 {
                remaining = nil
                ends.append(index - chunk.startIndex)
            }
        }
        return ends
    }

    private var headerLength: Int { phase == .startup ? 8 : 5 }

    /// The bytes that follow the header, of which the length counts all but the type.
    private mutating func readHeader() -> Int {
        let numbers = phase == .startup ? header[...] : header.dropFirst()
        let length = numbers.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard phase == .startup else { return max(0, length - 4) }
        let code = numbers.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        // SSLRequest, GSSENCRequest: an answer of one byte follows, then another startup packet.
        if code != 80_877_103, code != 80_877_104 { phase = .session }
        return max(0, length - 8)
    }
}
