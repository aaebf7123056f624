import FoundationEssentials

@testable import UsageSimulator

/// The published answer as it is embedded, decoded without the world.
enum RecordedAnswer {
    static func decode() throws -> Results {
        try JSONDecoder().decode(Results.self, from: Data(RecordedUsage.publishedAnswer))
    }
}
