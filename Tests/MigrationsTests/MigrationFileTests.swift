import Migrations
import TestSupport
import Testing

struct `A migration file` {
    @Test(arguments: [
        ("0001_schema.sql", MigrationFile.Kind.numbered(1)),
        ("0420_more_2.sql", .numbered(420)),
        ("R_views.sql", .repeatable),
    ])
    func `is known by its name`(name: String, kind: MigrationFile.Kind) throws {
        #expect(try MigrationFile(name: name, bytes: []).kind == kind)
    }

    @Test(arguments: ["1_schema.sql", "0001schema.sql", "0001_Schema.sql", "r_views.sql", "0001_.sql", "views.sql"])
    func `of another name is refused, not left out`(name: String) {
        let error = #expect(throws: MigrationError.self) { try MigrationFile(name: name, bytes: []) }
        #expect(error?.description.contains(name) == true)
    }

    @Test func `has the same text with any line ends and with a byte order mark`() throws {
        let texts = ["\u{FEFF}a\r\n\r\nb\n", "a\n\nb\n", "a\r\rb\r"]
        #expect(
            try texts.map { try MigrationFile(name: "0001_a.sql", bytes: $0.utf8).text }
                == .init(repeating: "a\n\nb\n", count: 3))
    }

    @Test func `that is not UTF-8 is refused`() {
        #expect(throws: MigrationError.self) { try MigrationFile(name: "0001_a.sql", bytes: [0x61, 0xFF]) }
    }

    @Test(arguments: [
        ("-- migrate: no-transaction\nSELECT 1", false),
        ("--  migrate:  no-transaction\r\nSELECT 1", false),
        ("SELECT 1\n-- migrate: no-transaction", true),
        ("-- about migrate: no-transaction\nSELECT 1", true),
    ])
    func `says in its first line that it wants no transaction`(text: String, runsInTransaction: Bool) throws {
        #expect(try MigrationFile(name: "0001_a.sql", bytes: text.utf8).runsInTransaction == runsInTransaction)
    }
}

struct `A source of migrations` {
    @Test func `has numbered files in order, then repeatable ones`() throws {
        let source = try source(["R_b.sql": "", "0010_c.sql": "", "roles.sql": "-- r", "R_a.sql": "", "0002_d.sql": ""])
        #expect(source.files.map(\.name) == ["0002_d.sql", "0010_c.sql", "R_a.sql", "R_b.sql"])
        #expect(source.roles == "-- r")
    }

    @Test func `refuses two files of one number`() {
        #expect(throws: MigrationError.self) { try source(["0001_a.sql": "", "0001_b.sql": ""]) }
    }

    @Test func `is a folder, of which only the sql files count`() async throws {
        try await withFolder(["0001_a.sql": "SELECT 1", "README.md": "about"]) { folder in
            let files = try MigrationSource.directory(folder).files
            #expect(files.map(\.text) == ["SELECT 1"])
        }
        #expect(throws: MigrationError.self) { try MigrationSource.directory("/nowhere") }
    }

    @Test func `compiled into the program is the repository's folder`() throws {
        let embedded = try MigrationSource.embedded()
        let folder = try MigrationSource.directory(Repository.migrations)
        #expect(embedded.files == folder.files, "Sources/CMigrations/migrations.c must list every file of migrations/")
        #expect(embedded.roles == folder.roles)
    }
}
