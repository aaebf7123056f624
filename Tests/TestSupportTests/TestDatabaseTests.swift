import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct `A database of one's own` {
    @Test(arguments: 0..<12)
    func `is seen by no other test`(number: Int) async throws {
        let database = try TestDatabase.current
        let count = try await database.pool().withConnection { connection in
            try connection.execute("CREATE TABLE mine AS SELECT \(number) AS number")
            return try connection.query("SELECT count(*) FROM mine").first?.decode(Int64.self)
        }
        #expect(count == 1)
    }
}

@Suite(.database, .timeLimit(.minutes(30)))
struct `A migrated database` {
    @Test func `has the schema of the repository's migrations`() async throws {
        let migrator = Migrator(source: try .directory(Repository.migrations), logger: .silent)
        try await migrator.verifyCurrent(on: try await TestDatabase.current.connect())
    }
}

@Suite(.inTurn)
struct `Without the trait` {
    @Test func `there is no database`() {
        #expect(throws: NoTestDatabase.self) { try TestDatabase.current }
    }
}

@Suite(.inTurn)
struct `Eventually` {
    @Test func `says what did not come true`() async {
        let error = await #expect(throws: NotInTime.self) {
            try await eventually("pigs fly", within: .milliseconds(20)) { false }
        }
        #expect(error?.description.contains("pigs fly") == true)
    }
}
