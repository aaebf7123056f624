package import UsageDomain

/// A whole answer, ready to be stored: immutable, and readable more than once.
package final class SpooledAnswer: Sendable {
    struct Content: Sendable {
        var rows: Int64 = 0
        var rowsInFile = 0
        var rowsInMemory: [SpoolRecord] = []
        var file: SpoolFile?
        var clients = SpoolDictionary<ExactText>()
        /// Name of each client, and the newest day that states it; by position in `clients`.
        var clientNames: [(name: String, day: Day)] = []
        var endpoints = SpoolDictionary<EndpointIdentity>()
        var users = SpoolDictionary<ExactText>()
        var callingOrganizations = SpoolDictionary<ExactText>()
        var totals: [Day: DayTotals] = [:]
    }

    let content: Content

    init(_ content: Content) {
        self.content = content
    }

    /// Rows of the answer.
    package var rows: Int64 { content.rows }

    /// Rows and requests of each day that has rows.
    package var totals: [Day: DayTotals] { content.totals }

    /// All requests by OAuth client, over all days.
    package var requestsByClient: [String: Int128] {
        var sums: [String: Int128] = [:]
        for day in content.totals.values {
            for (client, requests) in day.requestsByClient {
                sums[content.clients.values[Int(client)].text, default: 0] += requests
            }
        }
        return sums
    }

    /// Reads every record in the order of the answer.
    func forEachRecord(_ body: (SpoolRecord) throws -> Void) throws {
        if let file = content.file {
            let stride = MemoryLayout<SpoolRecord>.stride
            var chunk: [SpoolRecord] = []
            var position = 0
            while position < content.rowsInFile {
                let count = min(1024, content.rowsInFile - position)
                chunk = try Array(unsafeUninitializedCapacity: count) { buffer, initialized in
                    try file.read(
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * stride)]),
                        at: position * stride)
                    initialized = count
                }
                for record in chunk { try body(record) }
                position += count
            }
        }
        for record in content.rowsInMemory { try body(record) }
    }

    /// The identity of a record, for errors.
    func identity(of record: SpoolRecord) -> RowIdentity {
        let endpoint = content.endpoints.values[Int(record.endpoint)]
        return RowIdentity(
            day: Day(daysSinceEpoch: Int(record.day)),
            clientID: content.clients.values[Int(record.client)].text,
            callingOrganizationID: content.callingOrganizations.values[Int(record.callingOrganization)].text,
            userID: content.users.values[Int(record.user)].text,
            templateURI: endpoint.templateURI.text,
            httpMethod: endpoint.httpMethod.text,
            platform: endpoint.platform.text
        )
    }
}

/// Sums over the rows of one day, with which two answers about it are compared.
package struct DayTotals: Equatable, Sendable {
    package private(set) var rows = 0
    /// Sums of all six counters, in requests. 128 bits, since two 64-bit counters may add up to more than 64.
    package private(set) var requests: Int128 = 0
    private var statuses: Int128 = 0
    var requestsByClient: [UInt32: Int128] = [:]

    package init() {}

    mutating func add(_ counts: UsageCounts, of client: UInt32) {
        rows += 1
        requests += Int128(counts.requests)
        let status = counts.statusCounts
        statuses += Int128(status.status200) + Int128(status.status300) + Int128(status.status400)
        statuses += Int128(status.status429) + Int128(status.status500)
        requestsByClient[client, default: 0] += Int128(counts.requests)
    }

    /// Positions of clients differ from answer to answer, so equality looks at the sums alone.
    package static func == (left: DayTotals, right: DayTotals) -> Bool {
        (left.rows, left.requests, left.statuses) == (right.rows, right.requests, right.statuses)
    }
}
