/// Status and headers of an answer, known before its body.
package struct HTTPReplyHead: Sendable {
    package let status: Int
    /// In the order received.
    package let headers: [(name: String, value: String)]

    package init(status: Int, headers: [(name: String, value: String)]) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The server's name for this exchange, which its support asks for (contract, section 5).
    package var correlationID: String? {
        let id = header("Genesys-Correlation-Id") ?? header("ININ-Correlation-Id")
        return id.map { $0.quotable(limit: 100) }
    }
}

/// An answer whose body was read to its end.
package struct HTTPReply<Answer> {
    package let head: HTTPReplyHead
    package let answer: Answer
    /// Requests sent for it, failed attempts included.
    package let requestsSent: Int
}

extension HTTPReply: Sendable where Answer: Sendable {}
