import Testing

@testable import UsageSimulator

@Suite struct `A world` {
    let first = World.Day(2025, 1, 1)
    let last = World.Day(2025, 3, 31)

    @Test func `is the same for the same seed, and another for another`() {
        let one = World(seed: 7).rows(from: first, through: last)
        #expect(one == World(seed: 7).rows(from: first, through: last))
        #expect(Set(one).isDisjoint(with: World(seed: 8).rows(from: first, through: last)))
    }

    @Test func `tells a day the same way whatever range it is asked in`() {
        let world = World(seed: 3)
        let whole = world.rows(from: first, through: last).filter { $0.day == World.Day(2025, 2, 3) }
        #expect(whole.tallied == world.rows(from: World.Day(2025, 2, 3), through: World.Day(2025, 2, 3)).tallied)
    }

    @Test(arguments: [1, 2, 3, 99] as [UInt64])
    func `has sparse, unordered rows with unique identities and honest sums`(_ seed: UInt64) {
        let rows = World(seed: seed).rows(from: first, through: last)
        struct Identity: Hashable { let day: World.Day?, client, uri, method: String }
        let identities = rows.map {
            Identity(day: $0.day, client: $0.clientID, uri: $0.templateURI, method: $0.httpMethod)
        }
        #expect(Set(identities).count == rows.count)
        #expect(Set(rows.map(\.day)).count < last.number - first.number + 1)
        #expect(rows.compactMap(\.day) != rows.compactMap(\.day).sorted())
        for row in rows {
            let counts = row.counts
            #expect(row.requests > 0)
            #expect(row.requests == counts.status200 + counts.status300 + counts.status400 + counts.status500)
            #expect(counts.status429 <= counts.status400)
            #expect([counts.status200, counts.status300, counts.status400, counts.status500].allSatisfy { $0 >= 0 })
        }
    }

    @Test func `has counts above 2^32, throttled and failed requests`() {
        let rows = World(seed: 7).rows(from: World.Day(2024, 1, 1), through: World.Day(2024, 12, 31))
        let giants = rows.count { $0.requests > 4_294_967_296 }
        #expect(giants > 0)
        #expect(giants < rows.count / 100)
        #expect(rows.contains { $0.counts.status429 > 0 })
        #expect(rows.contains { $0.counts.status500 > 0 })
        #expect(rows.contains { $0.counts.status300 > 0 })
    }

    @Test func `has awkward, duplicate and empty client names, and clients that are only seen in rows`() {
        let world = World(seed: 7)
        let names = world.clients.map(\.name)
        for name in [#"\N"#, "", "tab\there", "two\nlines", "🧑‍🚀 Launch 🚀 Control"] {
            #expect(names.contains(name))
        }
        #expect(names.count { $0 == "Billing Sync" } == 2)
        #expect(names.contains { $0.count >= 2_000 })
        #expect(Set(world.clients.map(\.id)).count == world.clients.count)
        let seen = Set(world.rows(from: first, through: last).map(\.clientID))
        #expect(world.clients.contains { !$0.isListed && seen.contains($0.id) })
        #expect(world.clients.contains { $0.isListed && !seen.contains($0.id) })
        #expect(world.clients.contains { $0.state == .disabled })
        #expect(world.templateURIs.allSatisfy { !$0.hasPrefix("/") })
    }

    @Test func `has as many rows a day as a steady size says`() {
        let world = World(seed: 1, size: World.Size(rowsADay: 30_000, isSteady: true))
        let rows = world.rows(from: first, through: first.advanced(by: 1))
        #expect(rows.count == 60_000)
    }

    @Test func `begins with its first day`() {
        var size = World.Size()
        size.firstDay = World.Day(2025, 2, 1)
        size.isSteady = true
        let rows = World(seed: 1, size: size).rows(from: first, through: last)
        #expect(rows.compactMap(\.day).min() == World.Day(2025, 2, 1))
    }

    @Test func `has calling organizations, platforms and methods as its size says, and the same rows all the same`() {
        var size = World.Size()
        size.callingOrganizations = 0
        size.platforms = 7
        let world = World(seed: 7, size: size)
        #expect(world.rows(from: first, through: last) == World(seed: 7).rows(from: first, through: last))
        #expect(world.callingOrganizationIDs == [world.organization.id])
        #expect(Set(world.platforms).count == 7)
        let client = world.clients[1].id
        let callers = world.clientRows(of: client, from: first, through: last).map(\.organizationID)
        #expect(Set(callers) == [world.organization.id])

        size.httpMethods = 1
        let getting = World(seed: 7, size: size)
        #expect(Set(getting.rows(from: first, through: last).map(\.httpMethod)) == ["GET"])
    }

    @Test func `knows no client by an id it has not`() {
        let world = World(seed: 7)
        #expect(world.clientRows(of: "nobody", from: first, through: last).isEmpty)
        let builtIn = world.builtInClients[0].id
        #expect(world.clientRows(of: builtIn, from: first, through: last).isEmpty)
        #expect(!world.clientJobRows(of: builtIn, from: first, through: last).isEmpty)
    }

    // MARK: Grouping

    @Test(
        arguments: [
            [.oauthClient], [.templateURI], [.httpMethod], [.user], [.organization], [.oauthClient, .user],
            Set(World.Grouping.allCases),
        ] as [Set<World.Grouping>])
    func `sums to the same totals however it is grouped`(_ grouping: Set<World.Grouping>) {
        let world = World(seed: 5)
        let full = world.rows(from: first, through: last)
        for granularity in [nil, World.Granularity.day, .week, .month] {
            let rows = world.rows(from: first, through: last, groupedBy: grouping, granularity: granularity)
            var sum = World.Counts.zero
            rows.forEach { sum += $0.counts }
            var expected = World.Counts.zero
            full.forEach { expected += $0.counts }
            #expect(sum == expected)
            #expect(Set(rows).count == rows.count)
            #expect(rows.allSatisfy { $0.counts.status429 <= $0.counts.status400 })
        }
    }

    @Test func `leaves empty what is not grouped by`() throws {
        let world = World(seed: 5)
        let total = try #require(
            world.rows(from: first, through: last, groupedBy: [.organization], granularity: nil).first
        )
        #expect(total.day == nil)
        #expect(total.organizationID == world.organization.id)
        #expect(
            [total.clientID, total.clientName, total.userID, total.templateURI, total.httpMethod] == [
                "", "", "", "", "",
            ])
    }

    @Test func `puts the first day of the bucket on weeks and months`() {
        let world = World(seed: 5)
        let weeks = world.rows(from: World.Day(2025, 1, 8), through: last, groupedBy: [.user], granularity: .week)
        #expect(weeks.compactMap(\.day).min() == World.Day(2025, 1, 6))
        let months = world.rows(from: World.Day(2025, 1, 8), through: last, groupedBy: [.user], granularity: .month)
        #expect(Set(months.compactMap(\.day)) == [first, World.Day(2025, 2, 1), World.Day(2025, 3, 1)])
    }

    // MARK: Restatement

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `changes, adds and removes rows of a restated day, and of no other`(_ seed: UInt64) throws {
        let old = World(seed: seed, size: World.Size(rowsADay: 60, isSteady: true))
        var new = old
        let day = World.Day(2025, 2, 3)
        new.restate(day)
        var again = old
        again.restate(day)
        #expect(new.rows(from: day, through: day) == again.rows(from: day, through: day))

        let before = keyed(old.rows(from: day, through: day))
        let after = keyed(new.rows(from: day, through: day))
        #expect(before.keys.contains { after[$0] == nil })
        #expect(after.keys.contains { before[$0] == nil })
        #expect(before.contains { key, counts in after[key].map { $0 != counts } ?? false })
        #expect(before.contains { key, counts in after[key] == counts })
        #expect(
            old.rows(from: first, through: day.advanced(by: -1)) == new.rows(from: first, through: day.advanced(by: -1))
        )

        new.restate(day)
        #expect(keyed(new.rows(from: day, through: day)) != after)
    }

    @Test func `gives a row to an empty day that is restated`() throws {
        var world = World(seed: 7)
        let rows = world.rows(from: first, through: last)
        let empty = try #require((first...last).first { day in !rows.contains { $0.day == day } })
        world.restate(empty)
        #expect(world.rows(from: empty, through: empty).count == 1)
    }

    private struct Key: Hashable { let client, uri, method: String }

    private func keyed(_ rows: [World.Row]) -> [Key: World.Counts] {
        let pairs = rows.map { (Key(client: $0.clientID, uri: $0.templateURI, method: $0.httpMethod), $0.counts) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

@Suite struct `The recorded world` {
    let first = World.Day(2020, 2, 1)
    let last = World.Day(2020, 2, 29)

    @Test func `holds the 128 rows and 1,130 requests that Genesys published`() throws {
        let rows = try World.recorded().rows(from: first, through: last)
        #expect(rows.count == 128)
        #expect(rows.reduce(0) { $0 + $1.requests } == 1_130)
        #expect(Set(rows.map(\.httpMethod)) == [""])
        #expect(Set(rows.compactMap(\.day)).count == 21)
    }

    @Test func `is filtered by the days asked for`() throws {
        let world = try World.recorded()
        let rows = world.rows(from: World.Day(2020, 2, 28), through: last)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.day == World.Day(2020, 2, 28) })
        #expect(world.rows(from: World.Day(2020, 3, 1), through: World.Day(2025, 1, 1)).isEmpty)
    }

    @Test func `can be restated`() throws {
        var world = try World.recorded()
        let before = world.rows(from: first, through: last)
        world.restate(World.Day(2020, 2, 28))
        let after = world.rows(from: first, through: last)
        #expect(Set(after) != Set(before))
        #expect(
            Set(after.filter { $0.day != last.advanced(by: -1) })
                == Set(before.filter { $0.day != last.advanced(by: -1) }))
    }
}
