package import UsageDomain

/// Keeps the rows of one answer while it arrives: the first rows in memory, the rest in a temporary file.
///
/// Memory is bounded by `memoryLimit` plus the distinct texts of the answer, which real answers repeat thousands of
/// times. A spool belongs to one fetch; `finish()` hands its content over.
package final class UsageSpool: UsageRowSink {
    /// Bytes of distinct identifiers, names and template URIs that an answer may hold: 128 MiB.
    package static let distinctTextLimit = 128 << 20

    private let directory: String
    private let memoryLimit: Int
    private let distinctTextLimit: Int
    private var content = SpooledAnswer.Content()
    private var buffer: [SpoolRecord] = []
    private var distinctTextBytes = 0

    /// - Parameters:
    ///   - directory: folder for the temporary file, which is made only when the memory is full.
    ///   - memoryLimit: bytes of rows that are kept in memory.
    ///   - distinctTextLimit: bytes of distinct texts that the answer may hold.
    package init(
        directory: String,
        memoryLimit: Int = 4 << 20,
        distinctTextLimit: Int = UsageSpool.distinctTextLimit
    ) {
        self.directory = directory
        self.memoryLimit = memoryLimit
        self.distinctTextLimit = distinctTextLimit
    }

    package func restart() {
        content = SpooledAnswer.Content()
        buffer.removeAll(keepingCapacity: true)
        distinctTextBytes = 0
    }

    package func keep() {}

    /// - Throws: `SpoolError` when the temporary file cannot be written or the distinct texts exceed their limit.
    package func append(_ row: UsageRow) throws {
        let identity = row.identity
        let (client, clientIsNew) = content.clients.position(of: ExactText(text: identity.clientID))
        if clientIsNew { try count(identity.clientID) }
        try note(row.clientName, of: Int(client), on: identity.day)
        let endpointIdentity = EndpointIdentity(
            templateURI: ExactText(text: identity.templateURI),
            httpMethod: ExactText(text: identity.httpMethod),
            platform: ExactText(text: identity.platform))
        let (endpoint, endpointIsNew) = content.endpoints.position(of: endpointIdentity)
        if endpointIsNew { try count(identity.templateURI, identity.httpMethod, identity.platform) }
        let (user, userIsNew) = content.users.position(of: ExactText(text: identity.userID))
        if userIsNew { try count(identity.userID) }
        let (caller, callerIsNew) = content.callingOrganizations.position(
            of: ExactText(text: identity.callingOrganizationID))
        if callerIsNew { try count(identity.callingOrganizationID) }

        let counts = row.counts
        buffer.append(
            SpoolRecord(
                day: Int32(truncatingIfNeeded: identity.day.daysSinceEpoch),
                client: client,
                endpoint: endpoint,
                user: user,
                callingOrganization: caller,
                ordinal: UInt32(truncatingIfNeeded: content.rows),
                requests: counts.requests,
                status200: counts.statusCounts.status200,
                status300: counts.statusCounts.status300,
                status400: counts.statusCounts.status400,
                status429: counts.statusCounts.status429,
                status500: counts.statusCounts.status500
            ))
        content.rows += 1
        content.totals[identity.day, default: DayTotals()].add(counts, of: client)
        if buffer.count * MemoryLayout<SpoolRecord>.stride >= memoryLimit { try spill() }
    }

    /// Ends the answer. The spool is empty afterwards.
    package func finish() -> SpooledAnswer {
        content.rowsInMemory = buffer
        let answer = SpooledAnswer(content)
        buffer = []
        restart()
        return answer
    }

    private func note(_ name: String, of client: Int, on day: Day) throws {
        if client == content.clientNames.count {
            content.clientNames.append((name, day))
            try count(name)
            return
        }
        let known = content.clientNames[client]
        guard !name.isEmpty, known.day < day || known.name.isEmpty || (known.day == day && known.name != name)
        else { return }
        content.clientNames[client] = (name, day)
    }

    private func count(_ texts: String...) throws {
        // 64 bytes a text for the dictionary that holds it.
        for text in texts { distinctTextBytes += text.utf8.count + 64 }
        guard distinctTextBytes <= distinctTextLimit else {
            throw SpoolError.tooManyDistinctTexts(limitBytes: distinctTextLimit)
        }
    }

    private func spill() throws {
        let file = try content.file ?? SpoolFile(in: directory)
        content.file = file
        try buffer.withUnsafeBytes { try file.write($0, at: content.rowsInFile * MemoryLayout<SpoolRecord>.stride) }
        content.rowsInFile += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
