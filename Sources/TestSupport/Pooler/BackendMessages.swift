/// Follows what a PostgreSQL server sends, however it is cut into chunks: messages of a type, a length and the rest
/// (PostgreSQL manual, 55.7 "Message Formats").
struct BackendMessages {
    private var pending: [UInt8] = []
    /// The status in the last ReadyForQuery, while nothing came after it: `I` outside of any transaction.
    private(set) var readyStatus: UInt8?

    /// - Returns: the messages that end in the chunk.
    mutating func messages(in chunk: [UInt8]) -> [[UInt8]] {
        pending += chunk
        readyStatus = nil
        var messages: [[UInt8]] = []
        while pending.count >= 5 {
            let length = pending[1...4].reduce(0) { $0 << 8 | Int($1) } + 1
            guard pending.count >= length else { break }
            messages.append(Array(pending.prefix(length)))
            pending.removeFirst(length)
        }
        if pending.isEmpty, let last = messages.last, last.first == UInt8(ascii: "Z") { readyStatus = last.last }
        return messages
    }
}
