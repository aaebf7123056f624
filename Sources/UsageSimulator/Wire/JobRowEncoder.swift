/// Writes rows of the newer family. What was not grouped by is left out, and so is an empty method or user: the official SDK
/// breaks on `null` and does not know `""` (contract, section 8).
struct JobRowEncoder: RowWriting {
    private let clients, organizations, templateURIs, httpMethods, users, platforms: [[UInt8]]
    private let counters: CounterColumns

    init(_ execution: Execution, script: Script) {
        let world = execution.world
        func members(_ name: String, _ values: [String], sparing isSpared: (String) -> Bool = { _ in false })
            -> [[UInt8]]
        {
            values.map { isSpared($0) ? [] : Array("\"\(name)\":".utf8) + JSONText.quoted($0) }
        }
        let hasIDs = execution.query.question.dimensions.contains(.oauthClient)
        clients = world.allClients.map { client in
            let name = Array(#""name":"#.utf8) + JSONText.quoted(client.name)
            guard hasIDs else { return Array(#""oauthClient":{"#.utf8) + name + Array("}".utf8) }
            let uri = JSONText.quoted("/api/v2/oauth/clients/\(client.id)")
            return Array(#""oauthClient":{"id":"#.utf8) + JSONText.quoted(client.id) + Array(",".utf8) + name
                + Array(#","selfUri":"#.utf8) + uri + Array("}".utf8)
        }
        users = world.users.map { user in
            guard !user.isEmpty else { return [] }
            return Array(#""user":{"id":"#.utf8) + JSONText.quoted(user) + Array(#","selfUri":"#.utf8)
                + JSONText.quoted("/api/v2/users/\(user)") + Array("}".utf8)
        }
        organizations = members("organizationId", world.callingOrganizationIDs)
        templateURIs = members("templateUri", world.templateURIs)
        httpMethods = members("httpMethod", world.httpMethods, sparing: \.isEmpty)
        platforms = world.platforms.map { platform in
            script.platformNames.spelling(of: platform).map { Array(#""platform":"#.utf8) + JSONText.quoted($0) } ?? []
        }
        counters = CounterColumns(
            execution.query.metrics, called: JobRowEncoder.keys, unselected: script.unselectedMetrics)
    }

    func append(_ tally: Tally, to bytes: inout [UInt8]) {
        var row: [UInt8] = []
        func add(_ members: [[UInt8]], _ place: Int) {
            guard place >= 0, !members[place].isEmpty else { return }
            row.append(UInt8(ascii: ","))
            row += members[place]
        }
        if let bucket = tally.bucket {
            row += Array(",\"date\":\"\(bucket)\"".utf8)
        }
        add(platforms, tally.platform)
        add(httpMethods, tally.httpMethod)
        add(templateURIs, tally.templateURI)
        counters.append(tally.counts, to: &row)
        add(clients, tally.client)
        add(users, tally.user)
        add(organizations, tally.callingOrganization)
        bytes.append(UInt8(ascii: "{"))
        bytes += row.dropFirst()
        bytes.append(UInt8(ascii: "}"))
    }

    private static let keys: [(UsageQuery.Metric, String)] = [
        (.requests, "requestCount"), (.status200, "status200"), (.status300, "status300"), (.status400, "status400"),
        (.status429, "status429"), (.status500, "status500"),
    ]
}
