/// Writes rows as JSON objects, in the key order of the real answer.
struct RowEncoder {
    private let clients, templateURIs, httpMethods, users: [[UInt8]]
    private let nobody: [UInt8]
    private let organization: [UInt8]
    private let metrics: [(key: [UInt8], count: (World.Counts) -> Int64)]

    init(world: World, query: UsageQuery, unselectedMetrics: Script.UnselectedMetrics) {
        // Every third client is spelled with \u escapes, for both spellings are legal JSON.
        clients = world.clients.enumerated().map { index, client in
            Array(#"{"clientId":"#.utf8) + JSONText.quoted(client.id) + Array(#","clientName":"#.utf8)
                + JSONText.quoted(client.name, escapingAll: index % 3 == 2)
        }
        nobody = Array(#"{"clientId":"","clientName":"""#.utf8)
        let organizationID = query.grouping.contains(.organization) ? world.organization.id : ""
        organization = Array(#","organizationId":"#.utf8) + JSONText.quoted(organizationID) + Array(#","userId":"#.utf8)
        users = world.users.map { JSONText.quoted($0) }
        templateURIs = world.templateURIs.enumerated().map { index, uri in
            JSONText.quoted(uri, escapingAll: index % 7 == 6)
        }
        httpMethods = world.httpMethods.map { JSONText.quoted($0) }
        metrics = RowEncoder.allMetrics.compactMap { metric, name, count in
            if query.metrics.contains(metric) {
                return (Array(",\"\(name)\":".utf8), count)
            }
            return unselectedMetrics == .zero ? (Array(",\"\(name)\":".utf8), { _ in 0 }) : nil
        }
    }

    /// Appends one row.
    func append(_ tally: Tally, to bytes: inout [UInt8]) {
        let empty: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "\"")]
        bytes += tally.client < 0 ? nobody : clients[tally.client]
        bytes += organization
        bytes += tally.user < 0 ? empty : users[tally.user]
        bytes += Array(#","templateUri":"#.utf8)
        bytes += tally.templateURI < 0 ? empty : templateURIs[tally.templateURI]
        bytes += Array(#","httpMethod":"#.utf8)
        bytes += tally.httpMethod < 0 ? empty : httpMethods[tally.httpMethod]
        for metric in metrics {
            bytes += metric.key
            bytes += Array(String(metric.count(tally.counts)).utf8)
        }
        if let bucket = tally.bucket {
            bytes += Array(#","date":""#.utf8)
            bytes += Array(bucket.description.utf8)
            bytes += Array(#"T00:00:00Z""#.utf8)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// One row as the faults would have it; a duplicated one comes twice.
    func spoiled(_ tally: Tally, by faults: [RowFault]) -> [UInt8] {
        var row: [UInt8] = []
        append(tally, to: &row)
        var isDuplicated = false
        for fault in faults {
            switch fault.change {
            case .duplicate: isDuplicated = true
            case .set(let field, let json): row = replacing(field, with: json, in: row)
            case .remove(let field): row = replacing(field, with: nil, in: row)
            }
        }
        return isDuplicated ? row + [UInt8(ascii: ",")] + row : row
    }

    /// Splices one member, by text: only members that the encoder wrote itself are looked for, and none contains another.
    private func replacing(_ field: String, with json: String?, in row: [UInt8]) -> [UInt8] {
        var members = splitMembers(row)
        members.removeAll { $0.starts(with: "\"\(field)\":".utf8) }
        if let json {
            members.append(Array("\"\(field)\":\(json)".utf8))
        }
        return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }

    private func splitMembers(_ row: [UInt8]) -> [[UInt8]] {
        var members: [[UInt8]] = [[]]
        var isInText = false
        var isEscaped = false
        for byte in row.dropFirst().dropLast() {
            if byte == UInt8(ascii: ","), !isInText {
                members.append([])
                continue
            }
            members[members.count - 1].append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText.toggle()
            }
        }
        return members
    }

    private static let allMetrics: [(UsageQuery.Metric, String, @Sendable (World.Counts) -> Int64)] = [
        (.status200, "status200", { $0.status200 }),
        (.status300, "status300", { $0.status300 }),
        (.status400, "status400", { $0.status400 }),
        (.status500, "status500", { $0.status500 }),
        (.status429, "status429", { $0.status429 }),
        (.requests, "requests", { $0.requests }),
    ]
}
