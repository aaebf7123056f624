import Testing

@testable import UsagedConfiguration

struct DifferenceTests {
    private static let beginning = """
        database: "postgresql:///usage"
        sources:
          - name: acme
            kind: genesys
            region: eu_central_1
            client-id: 00000000-0000-0000-0000-000000000001
            client-secret: {credential: acme}
            start-date: 2025-01-01
          - name: tower
            kind: infodeck
            organization-id: o-1
            api-key: {env: KEY}
            start-date: 2025-01-01
        """

    private func difference(_ change: (String) -> String) throws -> [String] {
        ConfigurationDifference(from: try load(Self.beginning), to: try load(change(Self.beginning))).lines
    }

    @Test func `the same settings in other words are no difference`() throws {
        #expect(try difference { $0 + "\n# a comment\nlisten: 127.0.0.1:9464\n" } == [])
    }

    @Test(arguments: [
        ("sources:", "migrate: auto\nsources:", "migrate: never → auto"),
        ("sources:", "listen: \"\"\nsources:", "listen: 127.0.0.1:9464 → nowhere"),
        ("sources:", "schedule: {every: 5m}\nsources:", "schedule.every: 3600.0 seconds → 300.0 seconds"),
        ("sources:", "spool: {max-answer: 1MiB}\nsources:", "spool.max-answer: 4294967296 bytes → 1048576 bytes"),
        ("sources:", "retention: {facts-months: 6}\nsources:", "retention.facts-months: all → 6"),
        ("usage\"", "other\"", "database: postgresql:///usage → postgresql:///other"),
        ("{credential: acme}", "{env: X}", "sources.acme.client-secret: {credential: acme} → {env: X}"),
        ("    region", "    clients: [c]\n    region", "sources.acme.clients: all → c"),
        ("    region", "    ca-file: /ca\n    region", "sources.acme.ca-file: not given → /ca"),
        ("    api-key", "    time-zone: UTC\n    api-key", "sources.tower.time-zone: not given → UTC"),
    ])
    func `a changed setting is one line with both values`(old: String, new: String, line: String) throws {
        #expect(try difference { $0.replacing(old, with: new, maxReplacements: 1) } == [line])
    }

    @Test func `a source that came or went is one line, and so is another order`() throws {
        let renamed = try difference { $0.replacing("name: tower", with: "name: spire") }
        #expect(renamed == ["sources.spire: added", "sources.tower: removed"])
        let swapped = try difference { text in
            let parts = text.split(separator: "  - name: ", omittingEmptySubsequences: false)
            return "\(parts[0])  - name: \(parts[2])\n  - name: \(parts[1])"
        }
        #expect(swapped == ["sources: in another order"])
    }

    @Test(arguments: [true, false])
    func `a source that came or went hides no change of another whose name begins with its own`(isAdded: Bool) throws {
        let tower = Self.beginning.replacing("name: acme", with: "name: tower.old")
        let spire = tower.replacing("name: tower\n", with: "name: spire\n")
        let change = { (text: String) in text.replacing("{credential: acme}", with: "{env: X}") }
        let lines = try ConfigurationDifference(
            from: load(isAdded ? spire : tower), to: load(change(isAdded ? tower : spire))
        ).lines
        let (added, removed) = isAdded ? ("tower", "spire") : ("spire", "tower")
        #expect(
            Set(lines) == [
                "sources.\(added): added", "sources.\(removed): removed",
                "sources.tower.old.client-secret: {credential: acme} → {env: X}",
            ])
    }
}
