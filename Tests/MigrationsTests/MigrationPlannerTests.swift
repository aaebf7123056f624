import Migrations
import Testing

struct `The planner` {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// "name text"
        let files: [String]
        /// "name text" or "name text state"
        let ledger: [String]
        var pending: [String] = []
        var refusals: [MigrationRefusal] = []
    }

    static let cases = [
        Case(
            testDescription: "an empty database gets everything, repeatable files last",
            files: ["0001_a x", "0002_b y", "R_v v"], ledger: [], pending: ["0001_a.sql", "0002_b.sql", "R_v.sql"]),
        Case(
            testDescription: "an unchanged database gets nothing", files: ["0001_a x", "R_v v"],
            ledger: ["0001_a x", "R_v v"]),
        Case(
            testDescription: "only what follows is pending",
            files: ["0001_a x", "0002_b y"], ledger: ["0001_a x"], pending: ["0002_b.sql"]),
        Case(
            testDescription: "a changed repeatable file is pending",
            files: ["0001_a x", "R_v new"], ledger: ["0001_a x", "R_v old"], pending: ["R_v.sql"]),
        Case(
            testDescription: "a repeatable file that is gone is no matter", files: ["0001_a x"],
            ledger: ["0001_a x", "R_v v"]),
        Case(
            testDescription: "a changed numbered file is refused",
            files: ["0001_a new", "0002_b y"], ledger: ["0001_a old"], refusals: [.changed("0001_a.sql")]),
        Case(
            testDescription: "a missing file is refused",
            files: ["0002_b y"], ledger: ["0001_a x", "0002_b y"], refusals: [.missing("0001_a.sql")]),
        Case(
            testDescription: "a renamed file is a missing one and one out of order",
            files: ["0001_c x"], ledger: ["0001_a x"],
            refusals: [.missing("0001_a.sql"), .outOfOrder("0001_c.sql", lastApplied: "0001_a.sql")]),
        Case(
            testDescription: "a file below the last applied one is refused",
            files: ["0001_a x", "0002_b y", "0003_c z"], ledger: ["0001_a x", "0003_c z"],
            refusals: [.outOfOrder("0002_b.sql", lastApplied: "0003_c.sql")]),
        Case(
            testDescription: "a newer database is refused",
            files: ["0001_a x"], ledger: ["0001_a x", "0002_b y"], refusals: [.newer("0002_b.sql")]),
        Case(
            testDescription: "all contradictions are told at once",
            files: ["0001_a new", "0003_c z"], ledger: ["0001_a old", "0002_b y", "0004_d w"],
            refusals: [
                .missing("0002_b.sql"), .newer("0004_d.sql"), .changed("0001_a.sql"),
                .outOfOrder("0003_c.sql", lastApplied: "0004_d.sql"),
            ]),
        Case(
            testDescription: "what was begun without transaction is pending again, also mended",
            files: ["0001_a x", "0002_b new"], ledger: ["0001_a x", "0002_b old started"], pending: ["0002_b.sql"]),
        Case(
            testDescription: "what is in the baseline is applied",
            files: ["0001_a x", "0002_b y"], ledger: ["0001_a x baselined"], pending: ["0002_b.sql"]),
    ]

    @Test(arguments: cases)
    func `follows its rules`(_ example: Case) throws {
        let files = try example.files.map(hashed)
        let ledger = example.ledger.map(entry)
        do {
            let plan = try MigrationPlanner.plan(files: files, ledger: ledger)
            #expect(plan.steps.map(\.file.name) == example.pending)
            #expect(example.refusals.isEmpty)
        } catch MigrationError.refused(let refusals) {
            #expect(refusals == example.refusals)
        }
    }

    @Test func `tells the state of every file and of every row without one`() throws {
        let files = try ["0002_b new", "0003_c z", "0004_d w", "0006_f f", "R_v new"].map(hashed)
        let ledger = ["0001_a x", "0002_b old", "0003_c z baselined", "0005_e e", "0006_f f started", "R_v old"].map(
            entry)
        let status = MigrationPlanner.status(files: files, ledger: ledger).map { "\($0.name) \($0.state.rawValue)" }
        #expect(
            status == [
                "0002_b.sql changed", "0003_c.sql baselined", "0004_d.sql out of order", "0006_f.sql interrupted",
                "R_v.sql changed", "0001_a.sql missing", "0005_e.sql missing",
            ])
    }

    private func hashed(_ text: String) throws -> HashedMigration {
        let words = text.split(separator: " ").map(String.init)
        return HashedMigration(file: try MigrationFile(name: "\(words[0]).sql", bytes: []), checksum: words[1])
    }

    private func entry(_ text: String) -> LedgerEntry {
        let words = text.split(separator: " ").map(String.init)
        let state = words.dropFirst(2).first.flatMap(LedgerEntry.State.init) ?? .done
        return LedgerEntry(file: "\(words[0]).sql", checksum: words[1], state: state)
    }
}
