import FoundationEssentials
import Postgres
import Synchronization
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ConcurrencyTests {
    private let march = window("2025-03-01", "2025-03-31")

    @Test func `a reader sees whole states only`() async throws {
        let fixture = try await Fixture()
        let states = (1...3).map { state in rows(march, clients: 5 * state, requests: Int64(state)) }
        let sums = Set(states.map { $0.reduce(0) { $0 + $1.counts.requests } })
        try await fixture.store(states[0], march)
        let isDone = Flag()
        let seen = try await withThrowingTaskGroup(of: Set<Int64>.self) { group in
            group.addTask {
                var seen: Set<Int64> = []
                while !isDone.isSet.load(ordering: .acquiring) {
                    seen.insert(try await fixture.value("SELECT sum(requests)::bigint FROM usage.api_usage"))
                }
                return seen
            }
            for step in 1...25 { try await fixture.store(states[step % 3], march) }
            isDone.isSet.store(true, ordering: .releasing)
            return try await group.reduce(into: Set<Int64>()) { $0.formUnion($1) }
        }
        #expect(!seen.isEmpty && seen.isSubset(of: sums), "\(seen) of \(sums)")
        await fixture.close()
    }

    @Test func `overlapping windows that are stored at once leave one submission a day`() async throws {
        let fixture = try await Fixture()
        let early = window("2025-03-01", "2025-03-20")
        let late = window("2025-03-10", "2025-03-31")
        for round in 1...6 {
            let first = try await fixture.submit(early)
            let second = try await fixture.submit(late)
            let requests = Int64(round * 10)
            let before = try await StoredFact.all(in: fixture)
            async let one = fixture.warehouse.store(
                spool(rows(early, clients: 3, requests: requests)), replacing: fixture.context(early, first))
            async let two = fixture.warehouse.store(
                spool(rows(late, clients: 3, requests: requests + 1)), replacing: fixture.context(late, second))
            let (earlier, later) = try await (one, two)
            #expect(!later.isSuperseded)
            for (identity, fact) in try await StoredFact.all(in: fixture) {
                let expected =
                    if late.days.contains(identity.day) { requests + 1 } else if earlier.isSuperseded {
                        before[identity]?.counts.requests
                    } else { requests }
                #expect(fact.counts.requests == expected)
            }
        }
        await fixture.close()
    }

    @Test func `windows that name the same new clients in different orders do not deadlock`() async throws {
        let fixture = try await Fixture(connections: 8)
        for round in 0..<3 {
            let outcomes = try await withThrowingTaskGroup(of: StoreOutcome.self) { group in
                for month in 1...8 {
                    var random = Seeded(100 * round + month)
                    // The second round states newer days of the clients that the first one made, under new names.
                    let first = day("2025-0\(month)-1\(round)")
                    let window = Window(dataset: .organizationQuery, days: first..<first.advanced(by: 1))
                    let rows = (0..<300).map { number in
                        row(
                            first, "c-\(number + 150 * round)", name: "\(round) \(month)", user: "u-\(number)",
                            "api/\(number + 150 * round)")
                    }.shuffled(using: &random)
                    group.addTask { try await fixture.store(rows, window) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.inserted == 300 })
        }
        #expect(try await fixture.value("SELECT count(*) FROM usage.oauth_client") == Int64(600))
        #expect(try await fixture.value("SELECT count(*) FROM usage.api_usage") == Int64(7200))
        // The newest day of all is in August.
        #expect(
            try await fixture.value("SELECT count(*) FROM usage.oauth_client WHERE client_name LIKE '% 8'")
                == Int64(600))
        await fixture.close()
    }

    @Test func `a listing and windows that touch the same clients do not deadlock`() async throws {
        let fixture = try await Fixture(connections: 6)
        let names = (0..<200).map { "c-\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for month in 1...4 {
                let first = day("2025-0\(month)-10")
                let window = Window(dataset: .organizationQuery, days: first..<first.advanced(by: 1))
                var random = Seeded(month)
                let rows = names.map { row(first, $0, name: "Row \(month)") }.shuffled(using: &random)
                group.addTask { try await fixture.store(rows, window) }
                let listing = names.shuffled(using: &random).prefix(40 * month).map {
                    OAuthClient(id: $0, name: "Listed \(month)", state: "", authorizedGrantType: "", createdAt: nil)
                }
                group.addTask {
                    try await fixture.warehouse.storeListing(
                        listing, of: fixture.organization, now: date("2025-06-01T00:00:00Z") + Double(month))
                }
            }
            try await group.waitForAll()
        }
        let current: Int64 = try await fixture.value(
            """
            SELECT count(*) FROM ingest.oauth_client AS client
            INNER JOIN ingest.oauth_client_history AS history USING (client_key, name, state, is_listed)
            WHERE history.valid_to = 'infinity'
            """)
        #expect(current <= 200)
        await fixture.close()
    }

    @Test func `a store that is cancelled leaves the old state and a connection that works`() async throws {
        let fixture = try await Fixture(connections: 1)
        try await fixture.store([row(march.firstDay, "former")], march)
        let context = fixture.context(march, try await fixture.submit(march))
        let answer = try spool(rows(march, clients: 200))
        let holder = try await TestDatabase.current.connect()
        try await holder.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("LOCK TABLE ingest.coverage IN EXCLUSIVE MODE")
        }
        let store = Task { try await fixture.warehouse.store(answer, replacing: context) }
        try await eventually("the store has replaced the facts and waits to mark coverage") {
            try await fixture.value(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'usaged' AND wait_event_type = 'Lock'
                """) == Int64(1)
        }
        store.cancel()
        await #expect(throws: CancellationError.self) { try await store.value }
        try await holder.run(timeout: .seconds(120)) { try $0.execute("ROLLBACK") }
        #expect(try await StoredFact.all(in: fixture).count == 1)
        #expect(try await fixture.value("SELECT count(*) FROM usage.oauth_client") == Int64(1))
        #expect(try await fixture.warehouse.store(answer, replacing: context).inserted == 31 * 200)
        await fixture.close()
    }

    @Test func `a wait behind somebody else's lock ends, and may be tried again`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(march.firstDay)], march)
        let context = fixture.context(march, try await fixture.submit(march))
        let answer = try spool([row(march.firstDay, requests: 2)])
        let database = try TestDatabase.current
        let holder = try await database.connect()
        try await holder.run(timeout: .seconds(120)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("LOCK TABLE ingest.usage_row IN EXCLUSIVE MODE")
        }
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.warehouse.pool.withTransaction { connection in
                try connection.execute("SET LOCAL lock_timeout = '50ms'")
                var replacement = WindowReplacement(answer: answer, context: context)
                _ = try replacement.run(on: connection)
            }
        }
        #expect(error?.sqlState == "55P03")
        #expect(error?.isTransient == true)
        try await holder.run(timeout: .seconds(120)) { try $0.execute("ROLLBACK") }
        #expect(try await fixture.warehouse.store(answer, replacing: context).updated == 1)
        await fixture.close()
    }
}

private final class Flag: Sendable {
    let isSet = Atomic(false)
}
