package import FoundationEssentials
import Synchronization

/// Everything the simulator was asked, in order of arrival. Secrets and tokens are never written down.
package final class Ledger: Sendable {
    /// How an execution stands that is not running any more.
    package enum Ending: Sendable {
        /// It tells rows, or this page of them.
        case complete
        /// It is complete and has no row at all.
        case empty
        case failed
        /// The simulator does not know it, or no longer.
        case gone
    }

    package struct Entry: Sendable {
        /// From 1.
        package let number: Int
        /// By the simulator's clock.
        package let time: Date
        package let endpoint: Endpoint
        package let method: String
        package let path: String
        /// The query text without its question mark; empty without one.
        package let query: String
        /// The request's body; of a token request only the grant.
        package let body: String
        /// The status answered; nil while unanswered and when the other side got none.
        package internal(set) var status: Int?
        /// The fault that was played, in the words of ``Fault/description``.
        package internal(set) var fault: String?
        /// The execution that was submitted or asked after; nil where there is none.
        package internal(set) var execution: String?
        /// How the execution stood; nil while it was running, and where the request was not answered regularly.
        package internal(set) var ending: Ending?
    }

    private let storage = Mutex<[Entry]>([])
    private let arrivals = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])

    /// All requests so far.
    package var entries: [Entry] {
        storage.withLock { $0 }
    }

    /// How many requests there were so far.
    package var count: Int {
        storage.withLock { $0.count }
    }

    /// The requests to one endpoint so far.
    package func entries(of endpoint: Endpoint) -> [Entry] {
        entries.filter { $0.endpoint == endpoint }
    }

    /// How many requests went to one endpoint so far.
    package func count(of endpoint: Endpoint) -> Int {
        entries(of: endpoint).count
    }

    /// Waits until so many requests have arrived at an endpoint, answered or not.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before.
    package func reaches(_ count: Int, of endpoint: Endpoint) async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let key = arrivals.withLock { waiting in
            let key = (waiting.keys.max() ?? 0) + 1
            waiting[key] = continuation
            return key
        }
        defer { arrivals.withLock { $0[key] = nil } }
        // The first look may find what arrived before anybody waited.
        continuation.yield()
        for await _ in stream where self.count(of: endpoint) >= count { return }
        throw CancellationError()
    }

    func begin(_ request: IncomingRequest, endpoint: Endpoint, time: Date) -> Int {
        let number = storage.withLock { entries in
            let number = entries.count + 1
            entries.append(
                Entry(
                    number: number,
                    time: time,
                    endpoint: endpoint,
                    method: request.method,
                    path: request.path,
                    query: request.query,
                    body: endpoint == .token ? Ledger.withoutSecrets(request.bodyText) : request.bodyText
                )
            )
            return number
        }
        arrivals.withLock { waiting in
            waiting.values.forEach { $0.yield() }
        }
        return number
    }

    func finish(_ number: Int, status: Int?, _ exchange: Exchange) {
        storage.withLock { entries in
            entries[number - 1].status = status
            entries[number - 1].fault = exchange.fault.map(\.description)
            entries[number - 1].execution = exchange.execution
            entries[number - 1].ending = exchange.ending
        }
    }

    private static func withoutSecrets(_ form: String) -> String {
        form.split(separator: "&").filter { $0.hasPrefix("grant_type=") }.joined(separator: "&")
    }
}
