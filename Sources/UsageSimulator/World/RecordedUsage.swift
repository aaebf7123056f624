import FoundationEssentials

/// The embedded recording of a real answer cannot be read.
package enum RecordingError: Error, CustomStringConvertible {
    /// The JSON is damaged or a row has an impossible date.
    case damaged(String)

    package var description: String {
        switch self {
        case .damaged(let detail):
            "the recorded answer embedded in the simulator is damaged: \(detail); restore Fixtures from the repository"
        }
    }
}

/// Usage read from the answer that Genesys published; see `Fixtures/ORIGIN.md`.
struct RecordedUsage: DailyUsage {
    let clients: [World.OAuthClient]
    let templateURIs: [String]
    private let cellsByDay: [World.Day: [Cell]]

    var activeClients: Int { clients.count }

    func cells(on day: World.Day) -> [Cell] {
        cellsByDay[day] ?? []
    }

    func cells(on day: World.Day, of client: Int) -> [Cell] {
        cells(on: day).filter { $0.client == client }
    }

    /// The file as it was published.
    static let publishedAnswer: [UInt8] = PackageResources.genesys_usage_query_feb2020_json

    static func embedded() throws -> RecordedUsage {
        try RecordedUsage(json: publishedAnswer)
    }

    init(json: [UInt8]) throws {
        let recording: Recording
        do {
            recording = try JSONDecoder().decode(Recording.self, from: Data(json))
        } catch {
            throw RecordingError.damaged("\(error)")
        }
        var clients: [String: Int] = [:]
        var templateURIs: [String: Int] = [:]
        var listing: [World.OAuthClient] = []
        var patterns: [String] = []
        var cellsByDay: [World.Day: [Cell]] = [:]
        for row in recording.results {
            guard let day = World.Day(String(row.date.prefix(10))) else {
                throw RecordingError.damaged("a row is dated “\(row.date)”")
            }
            if clients[row.clientId] == nil {
                clients[row.clientId] = listing.count
                let grant: World.OAuthClient.Grant = listing.isEmpty ? .clientCredentials : .token
                listing.append(
                    .init(id: row.clientId, name: row.clientName, state: .active, grant: grant, isListed: true))
            }
            if templateURIs[row.templateUri] == nil {
                templateURIs[row.templateUri] = patterns.count
                patterns.append(row.templateUri)
            }
            cellsByDay[day, default: []].append(
                Cell(
                    client: clients[row.clientId] ?? 0,
                    templateURI: templateURIs[row.templateUri] ?? 0,
                    httpMethod: 0,
                    counts: row.counts
                )
            )
        }
        self.clients = listing
        self.templateURIs = patterns
        self.cellsByDay = cellsByDay
    }

    private struct Recording: Decodable {
        let results: [RecordedRow]
    }

    private struct RecordedRow: Decodable {
        let clientId, clientName, templateUri, date: String
        let status200, status300, status400, status500, status429: Int64

        var counts: World.Counts {
            World.Counts(
                status200: status200,
                status300: status300,
                status400: status400,
                status500: status500,
                status429: status429
            )
        }
    }
}
