import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// Credentials never reach the database, whether they are accepted or refused.
@Suite(.database, .timeLimit(.minutes(30)))
struct SecretsInDatabaseTests {
    /// Tables with a row that holds the text in any of its columns.
    private func tables(holding text: String, _ usaged: Installation) async throws -> [String] {
        let names = try await usaged.texts(
            """
            SELECT oid::regclass::text FROM pg_class
            WHERE relnamespace = 'ingest'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            """)
        #expect(names.count > 15)
        var holding: [String] = []
        for name in names {
            holding += try await usaged.texts(
                "SELECT \(name) FROM \(unsafe: name) AS line WHERE strpos(line::text, \(text)) > 0 LIMIT 1")
        }
        return holding
    }

    @Test func `no column of any table holds a secret, a token or a login`() async throws {
        let world = World(seed: 94, size: .init(rowsADay: 2))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(2))
            #expect(try await usaged.usaged("run", "--once").code == 0)
            #expect(
                try await usaged.usaged("run", "--once", secret: "wrong-S3cr3t", key: "wrong-K3y-S3cr3t").code == 77)
            let simulator = usaged.simulator
            let login = Data("\(simulator.clientID):\(simulator.clientSecret)".utf8).base64EncodedString()
            for secret in [
                simulator.clientSecret, simulator.infodeck.apiKey, login, "wrong-S3cr3t", "wrong-K3y-S3cr3t", "Bearer",
            ] {
                #expect(try await tables(holding: secret, usaged) == [], "\(secret)")
            }
            // The same search finds what is there.
            #expect(try await tables(holding: world.organization.id, usaged).contains("ingest.organization"))
        }
    }
}
