import FoundationEssentials
import Postgres
import TestSupport
import UsageDomain

@testable import Warehouse

/// The world of `Tests/Golden/world.json`: what it tells is stored as passes would store it.
struct GoldenWorld: Decodable {
    struct Source: Decodable {
        let name: String
        let kind: String
        let organization: String
        let organizationName: String
        let timeZone: String
        let ownClient: String
        let primary: Dataset
        /// First day owed, by dataset.
        let datasets: [String: String]
    }

    /// One thing that happened; which of the rest is there depends on `action`.
    struct Event: Decodable {
        enum CodingKeys: String, CodingKey {
            case source, at, dataset, client, clients, days, day, names, rows, because, until, over, limits, requests
            case throttled, units, month, asOf
            case action = "do"
        }

        /// A listing states names by id, a pass asks about ids.
        enum Clients: Decodable {
            case named([String: String])
            case asked([String])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let ids = try? container.decode([String].self) {
                    self = .asked(ids)
                } else {
                    self = .named(try container.decode([String: String].self))
                }
            }
        }

        let action: String
        let source: String
        let at: String?
        let dataset: Dataset?
        let client: String?
        let clients: Clients?
        let days: String?
        let day: String?
        let names: [String: String]?
        let rows: [String]?
        let because: String?
        let until: String?
        let asOf: String?
        let over: Int?
        let limits: [String: Int64]?
        let requests: Int64?
        let throttled: Int64?
        let units: [Decimal]?
        let month: String?
    }

    let now: String
    let sources: [Source]
    let events: [Event]

    static var path: String { "\(Repository.root)/Tests/Golden/world.json" }

    static func read() throws -> GoldenWorld {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            GoldenWorld.self, from: Data(contentsOf: URL(filePath: path)))
    }
}

extension Dataset: Decodable {}

extension GoldenWorld.Source {
    var registration: SourceRegistration {
        SourceRegistration(
            name: name, kind: kind, clientID: ownClient,
            datasets: datasets.map { dataset, first in
                .init(
                    dataset: Dataset(rawValue: dataset) ?? primary, startDate: day(first),
                    settleAfter: .seconds(48 * 3600), byUser: false)
            },
            primary: primary)
    }
}

/// A day of the world's year, as `02-20`.
func goldenDay(_ text: some StringProtocol) -> Day {
    day("2025-\(text)")
}

/// Days as `02-01..02-28` or `02-20`.
func goldenDays(_ text: some StringProtocol) -> Range<Day> {
    let ends = text.split(separator: ".", omittingEmptySubsequences: true)
    return goldenDay(ends[0])..<goldenDay(ends[ends.count - 1]).advanced(by: 1)
}

/// A row of the world: days, OAuth client, method, template URI, 2xx, 3xx, 4xx, 429, 5xx, and what else it states.
struct GoldenRow {
    let days: Substring
    let client: Substring
    let method: String
    let uri: String
    let counts: UsageCounts
    let more: [Substring: Substring]

    init(_ text: String) {
        let fields = text.split(separator: " ")
        let numbers = fields[4..<9].map { Int64($0) ?? -1 }
        days = fields[0]
        client = fields[1]
        method = fields[2] == "''" ? "" : String(fields[2])
        uri = fields[3] == "''" ? "" : String(fields[3])
        counts = UsageCounts(
            requests: numbers[0] + numbers[1] + numbers[2] + numbers[4],
            statusCounts: StatusCounts(
                status200: numbers[0], status300: numbers[1], status400: numbers[2], status429: numbers[3],
                status500: numbers[4]))
        more = Dictionary(
            uniqueKeysWithValues: fields[9...].map { field in
                let parts = field.split(separator: "=")
                return (parts[0], parts[1])
            })
    }

    func rows(named names: [String: String]) -> [UsageRow] {
        // A client in quotes is known by that name alone.
        let stated = client.hasPrefix("'") ? client.dropFirst().dropLast().map { $0 == "_" ? " " : $0 } : []
        let id = stated.isEmpty ? String(client) : ""
        return goldenDays(days).map { day in
            UsageRow(
                identity: RowIdentity(
                    day: day, clientID: id, statedClientName: String(stated),
                    callingOrganizationID: String(more["caller"] ?? ""), templateURI: uri, httpMethod: method,
                    platform: String(more["platform"] ?? "")),
                clientName: stated.isEmpty ? names[id] ?? "" : String(stated),
                counts: counts)
        }
    }
}
