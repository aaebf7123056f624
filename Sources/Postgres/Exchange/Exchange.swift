import CLibpq

/// The order of libpq's calls for each conversation with the server, written once.
///
/// The manual's chapter "Asynchronous Command Processing" (34.4) in code. Who waits is the ``Waiter``'s business and
/// what an answer means is the caller's. Every function assumes that nobody else uses the connection meanwhile.
/// A lost connection is not an error here: the results end, and ``PQConnection/isBad`` is true.
enum Exchange {
    /// Connects; returns whether it worked. The reason of a failure is the connection's error message.
    static func connect(_ pq: borrowing PQConnection, _ waiter: Waiter) throws(Interruption) -> Bool {
        // "If you have yet to call PQconnectPoll, behave as if it last returned PGRES_POLLING_WRITING."
        var interest = Waiter.Events.writable
        while !pq.isBad {
            // The socket may change with each call, as libpq goes from one address to the next.
            guard !(try waiter.wait(for: interest, on: pq.socket)).isEmpty else { continue }
            switch pq.connectPoll() {
            case PGRES_POLLING_READING: interest = .readable
            case PGRES_POLLING_WRITING: interest = .writable
            case PGRES_POLLING_OK: return true
            default: return false
            }
        }
        return false
    }

    /// Sends what is queued, reading meanwhile: a server that waits for us to read would never read itself.
    static func flush(_ pq: borrowing PQConnection, _ waiter: Waiter) throws(Interruption) {
        while pq.flush() == .pending {
            let ready = try waiter.wait(for: [.readable, .writable], on: pq.socket)
            if ready.contains(.readable), !pq.consumeInput() { return }
        }
    }

    /// Sends what is queued and collects every result until the server is ready for the next statement,
    /// or until a COPY begins.
    static func results(_ pq: borrowing PQConnection, _ waiter: Waiter) throws(Interruption) -> [PQResult] {
        try flush(pq, waiter)
        var results: [PQResult] = []
        while true {
            while pq.isBusy, pq.socket >= 0 {
                let ready = try waiter.wait(for: .readable, on: pq.socket)
                // On a lost connection PQgetResult no longer blocks; it hands over what the server said last.
                if ready.contains(.readable), !pq.consumeInput() { break }
            }
            guard let result = pq.getResult() else { return results }
            results.append(result)
            if result.isCopy { return results }
        }
    }

    /// Sends a piece of COPY data, all of it, so that libpq's buffer does not grow.
    static func copyData(
        _ bytes: UnsafeRawBufferPointer, _ pq: borrowing PQConnection, _ waiter: Waiter
    ) throws(Interruption) {
        try put(pq, waiter) { pq in pq.putCopyData(bytes) }
        // libpq reports a failed write only when it reads; without this look the rest would be written to nobody.
        while !pq.isBad, Waiter.ready(for: .readable, on: pq.socket).contains(.readable) {
            guard pq.consumeInput() else { return }
        }
    }

    /// Ends a COPY, well or with an error text, and collects the results.
    static func copyEnd(
        error: String?, _ pq: borrowing PQConnection, _ waiter: Waiter
    ) throws(Interruption) -> [PQResult] {
        try put(pq, waiter) { pq in pq.putCopyEnd(error: error) }
        return try results(pq, waiter)
    }

    /// Brings a connection whose statement is of no interest any more to its next "ready"; a COPY into the server is
    /// ended with an error. Returns false when that is not possible.
    static func drain(_ pq: borrowing PQConnection, _ waiter: Waiter) throws(Interruption) -> Bool {
        var last = try results(pq, waiter).last
        if last?.status == PGRES_COPY_IN {
            last = try copyEnd(error: "ended by the client", pq, waiter).last
        }
        return last?.isCopy != true && !pq.isBad
    }

    private static func put(
        _ pq: borrowing PQConnection, _ waiter: Waiter, _ call: (borrowing PQConnection) -> PQConnection.PutCopy
    ) throws(Interruption) {
        while call(pq) == .full {
            try flush(pq, waiter)
        }
        try flush(pq, waiter)
    }
}
