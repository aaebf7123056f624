import FoundationEssentials
import UsageSimulator

/// What must be stored, row by row, in the spelling of ``Comparison``.
struct SoakTruth: Sendable {
    let world: World

    /// The rows of a dataset with days.
    func rows(of dataset: String, from first: World.Day, through last: World.Day) -> [String] {
        switch dataset {
        case "organization_query":
            world.rows(from: first, through: last).map { Self.line($0) }
        case "client_query":
            listed.flatMap { client in
                world.clientRows(of: client, from: first, through: last).map { Self.line($0, of: client) }
            }
        case "organization_jobs":
            world.jobRows(from: first, through: last).map { Self.line($0) }
        case "client_jobs":
            listed.flatMap { client in
                world.clientJobRows(of: client, from: first, through: last).map { Self.line($0, of: client) }
            }
        case "simplesearch":
            searchRows(first, last)
        default:
            []
        }
    }

    /// The snapshots that were taken when a day was the newest one published.
    func summaries(through newest: World.Day) -> [String] {
        listed.flatMap { client in
            world.summaryRows(of: client, days: 7, through: newest).map { Self.line($0, of: client) }
        }
    }

    /// Infodeck's units by local day.
    static func channels(of world: InfodeckWorld, from first: World.Day, through last: World.Day) -> [String] {
        // Taipei has no summer time.
        let offset = -8.0 * 3_600
        let names: [(InfodeckWorld.Channel, String)] = [
            (.sms, "sms"), (.whatsapp, "whatsapp"), (.email, "email"), (.sage, "sage"),
        ]
        return (first...last).flatMap { day in
            let start = day.start.addingTimeInterval(offset)
            return names.map { channel, name in
                "\(day)\u{1F}\(name)\u{1E}\(world.units(channel, in: start..<start.addingTimeInterval(86_400)))"
            }
        }
    }

    private var listed: [String] { world.clients.filter(\.isListed).map(\.id) }

    /// By name: rows of clients that share one are summed.
    private func searchRows(_ first: World.Day, _ last: World.Day) -> [String] {
        var sums: [[[UInt8]]: [Int64]] = [:]
        for row in world.searchRows(from: first, through: last) {
            let key = [row.day.map { "\($0)" } ?? "", row.clientName, row.templateURI, row.httpMethod].map {
                Array($0.utf8)
            }
            sums[key] = zip(sums[key] ?? Array(repeating: 0, count: 6), Self.counters(row)).map(+)
        }
        return sums.map { bytes, counters in
            let key = bytes.map { String(decoding: $0, as: UTF8.self) }
            return Self.line([key[0], "", key[1], "", "", key[2], key[3], ""], counters)
        }
    }

    private static func line(_ row: World.Row, of client: String? = nil) -> String {
        line(
            [
                row.day.map { "\($0)" } ?? "", client ?? row.clientID, "", row.organizationID, row.userID,
                row.templateURI, row.httpMethod, row.platform,
            ], counters(row))
    }

    private static func line(_ identity: [String], _ counters: [Int64]) -> String {
        identity.joined(separator: "\u{1F}") + "\u{1E}" + counters.map(String.init).joined(separator: " ")
    }

    private static func counters(_ row: World.Row) -> [Int64] {
        let counts = row.counts
        return [
            counts.requests, counts.status200, counts.status300, counts.status400, counts.status429, counts.status500,
        ]
    }
}
