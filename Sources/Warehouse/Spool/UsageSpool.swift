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
    /// All rows and texts, with the totals of what was kept.
    private var content = SpooledAnswer.Content()
    private var buffer: [SpoolRecord] = []
    private var distinctTextBytes = 0

    /// Where a restart goes back to.
    private var kept = Mark()
    /// Totals of the rows since `kept`.
    private var freshTotals: [Day: DayTotals] = [:]
    /// Names as they were at `kept`, of the clients whose names have changed since; by position.
    private var keptNames: [Int: (name: String, day: Day)] = [:]

    /// How much of everything there was at some moment. What came later lies behind it and can be cut off.
    private struct Mark {
        var rows = 0
        var clients = 0
        var endpoints = 0
        var users = 0
        var callingOrganizations = 0
        var distinctTextBytes = 0
    }

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
        // What the file holds beyond is written over.
        content.rowsInFile = min(content.rowsInFile, kept.rows)
        buffer.removeSubrange((kept.rows - content.rowsInFile)...)
        content.rows = Int64(kept.rows)
        // Names first: changed ones belong to clients that stay.
        for (client, former) in keptNames { content.clientNames[client] = former }
        content.clientNames.removeSubrange(kept.clients...)
        content.clients.shrink(to: kept.clients)
        content.endpoints.shrink(to: kept.endpoints)
        content.users.shrink(to: kept.users)
        content.callingOrganizations.shrink(to: kept.callingOrganizations)
        distinctTextBytes = kept.distinctTextBytes
        freshTotals = [:]
        keptNames = [:]
    }

    package func keep() {
        for (day, totals) in freshTotals { content.totals[day, default: DayTotals()].add(totals) }
        freshTotals = [:]
        keptNames = [:]
        kept = Mark(
            rows: content.rowsInFile + buffer.count,
            clients: content.clients.values.count,
            endpoints: content.endpoints.values.count,
            users: content.users.values.count,
            callingOrganizations: content.callingOrganizations.values.count,
            distinctTextBytes: distinctTextBytes)
    }

    /// - Throws: `SpoolError` when the temporary file cannot be written or the distinct texts exceed their limit.
    package func append(_ row: UsageRow) throws {
        let identity = row.identity
        let clientIdentity = ClientIdentity(id: identity.clientID, statedName: identity.statedClientName)
        let (client, clientIsNew) = content.clients.position(of: clientIdentity)
        try note(row.clientName, of: Int(client), on: identity.day)
        if clientIsNew { try count(clientIdentity.id.text, clientIdentity.statedName.text) }
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
        // What sums up a client's day takes memory like a text, and an answer may name any client on any day.
        if freshTotals[identity.day, default: DayTotals()].add(counts, of: client) { try count(bytes: 192) }
        if buffer.count * MemoryLayout<SpoolRecord>.stride >= memoryLimit { try spill() }
    }

    /// Ends the answer, with every row that was not forgotten. The spool is empty afterwards.
    package func finish() -> SpooledAnswer {
        keep()
        content.rowsInMemory = buffer
        let answer = SpooledAnswer(content)
        content = SpooledAnswer.Content()
        buffer = []
        distinctTextBytes = 0
        kept = Mark()
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
        if client < kept.clients, keptNames[client] == nil { keptNames[client] = known }
        content.clientNames[client] = (name, day)
    }

    private func count(_ texts: String...) throws {
        // 64 bytes a text for the dictionary that holds it.
        for text in texts { try count(bytes: text.utf8.count + 64) }
    }

    private func count(bytes: Int) throws {
        distinctTextBytes += bytes
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
