/// Writes rows of the older family, in the key order of the real answer.
struct RowEncoder: RowWriting {
    private let clients, organizations, templateURIs, httpMethods, users: [[UInt8]]
    private let nobody, ungroupedOrganization, ungroupedUser: [UInt8]
    private let counters: CounterColumns

    /// - Parameters:
    ///   - execution: Whose rows are written.
    ///   - script: The knobs.
    init(_ execution: Execution, script: Script) {
        let world = execution.world
        let isSearch = execution.endpoint == .searchResults
        let hidesIDs = isSearch && script.searchClientIDs == .empty
        // Every third client is spelled with \u escapes, for both spellings are legal JSON.
        clients = world.clients.enumerated().map { index, client in
            Array(#"{"clientId":"#.utf8) + JSONText.quoted(hidesIDs ? "" : client.id) + Array(#","clientName":"#.utf8)
                + JSONText.quoted(client.name, escapingAll: index % 3 == 2)
        }
        nobody = Array(#"{"clientId":"","clientName":"""#.utf8)
        organizations = world.callingOrganizationIDs.map { JSONText.quoted($0) }
        users = world.users.map { JSONText.quoted($0) }
        templateURIs = world.templateURIs.enumerated().map { index, uri in
            JSONText.quoted(uri, escapingAll: index % 7 == 6)
        }
        httpMethods = world.httpMethods.map { JSONText.quoted($0) }
        ungroupedOrganization = JSONText.quoted(
            script.ungroupedIDs.fillsOrganization ? world.callingOrganizationIDs[0] : "")
        ungroupedUser = JSONText.quoted(script.ungroupedIDs.fillsUser ? world.users.last ?? "" : "")
        let withoutRequests = isSearch && script.searchRequests == .absent
        counters = CounterColumns(
            execution.query.metrics,
            called: RowEncoder.keys.filter { !withoutRequests || $0.0 != .requests },
            unselected: script.unselectedMetrics
        )
    }

    func append(_ tally: Tally, to bytes: inout [UInt8]) {
        let empty: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "\"")]
        bytes += tally.client < 0 ? nobody : clients[tally.client]
        bytes += Array(#","organizationId":"#.utf8)
        bytes += tally.callingOrganization < 0 ? ungroupedOrganization : organizations[tally.callingOrganization]
        bytes += Array(#","userId":"#.utf8)
        bytes += tally.user < 0 ? ungroupedUser : users[tally.user]
        bytes += Array(#","templateUri":"#.utf8)
        bytes += tally.templateURI < 0 ? empty : templateURIs[tally.templateURI]
        bytes += Array(#","httpMethod":"#.utf8)
        bytes += tally.httpMethod < 0 ? empty : httpMethods[tally.httpMethod]
        counters.append(tally.counts, to: &bytes)
        if let bucket = tally.bucket {
            bytes += Array(#","date":""#.utf8)
            bytes += Array(bucket.description.utf8)
            bytes += Array(#"T00:00:00Z""#.utf8)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static let keys: [(UsageQuery.Metric, String)] = [
        (.status200, "status200"), (.status300, "status300"), (.status400, "status400"), (.status500, "status500"),
        (.status429, "status429"), (.requests, "requests"),
    ]
}
