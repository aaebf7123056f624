/// A message of a PostgreSQL client at which its connection is held, so that a test can do something to the client at
/// exactly that point.
package struct MessageHold: Sendable, Hashable {
    /// What is held back.
    package enum Side: Sendable, Hashable {
        /// The message does not reach the server.
        case message
        /// The server gets the message and answers it; the answer does not reach the client.
        case answer
    }

    package let side: Side
    /// What messages of one connection must contain, one after the other; the one with the last text is held.
    package let texts: [String]

    package init(_ side: Side, _ texts: String...) {
        self.init(side, texts: texts)
    }

    package init(_ side: Side, texts: [String]) {
        self.side = side
        self.texts = texts
    }
}

/// Looks for the message that is to be held in what one client sends, however it is cut into chunks.
struct HoldSearch {
    private var found = 0
    /// What came so far of the message that is not complete yet.
    private var message: [UInt8] = []

    /// Reads a chunk on.
    ///
    /// - Parameters:
    ///   - hold: what is looked for.
    ///   - chunk: the bytes.
    ///   - messageEnds: offsets behind the last bytes of each message that ends in it.
    /// - Returns: the part of the chunk that belongs to the message that is to be held; nil while it did not come.
    mutating func find(_ hold: MessageHold, in chunk: [UInt8], messageEnds: [Int]) -> Range<Int>? {
        var start = 0
        for end in messageEnds {
            message += chunk[start..<end]
            if found < hold.texts.count, contains(hold.texts[found]) { found += 1 }
            message = []
            if found == hold.texts.count { return start..<end }
            start = end
        }
        message += chunk[start...]
        return nil
    }

    private func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard message.count >= wanted.count else { return false }
        return (0...(message.count - wanted.count)).contains { message[$0...].starts(with: wanted) }
    }
}
