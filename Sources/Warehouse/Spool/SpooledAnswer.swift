package import UsageDomain

/// A whole answer, ready to be stored: immutable, and readable more than once.
package final class SpooledAnswer: Sendable {
    struct Content: Sendable {
        var rows: Int64 = 0
        var rowsInFile = 0
        var rowsInMemory: [SpoolRecord] = []
        var file: SpoolFile?
        var clients = SpoolDictionary<ClientIdentity>()
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

    /// All requests by OAuth client id, over all days; those of clients that are known by name alone are under `""`.
    package var requestsByClient: [String: Int128] {
        sums { content.clients.values[Int($0)].id.text }.mapValues(\.requests)
    }

    /// All counters by name of the OAuth client, over all days: the name that stands for the client where the answer
    /// states no id, otherwise the newest one that it states.
    package var totalsByClientName: [String: CounterSums] {
        sums { client in
            let statedName = content.clients.values[Int(client)].statedName.text
            return statedName.isEmpty ? content.clientNames[Int(client)].name : statedName
        }
    }

    private func sums(by key: (_ client: UInt32) -> String) -> [String: CounterSums] {
        var sums: [String: CounterSums] = [:]
        for day in content.totals.values {
            for (client, share) in day.sumsByClient { sums[key(client), default: CounterSums()] += share }
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
        let client = content.clients.values[Int(record.client)]
        let endpoint = content.endpoints.values[Int(record.endpoint)]
        return RowIdentity(
            day: Day(daysSinceEpoch: Int(record.day)),
            clientID: client.id.text,
            statedClientName: client.statedName.text,
            callingOrganizationID: content.callingOrganizations.values[Int(record.callingOrganization)].text,
            userID: content.users.values[Int(record.user)].text,
            templateURI: endpoint.templateURI.text,
            httpMethod: endpoint.httpMethod.text,
            platform: endpoint.platform.text
        )
    }
}
