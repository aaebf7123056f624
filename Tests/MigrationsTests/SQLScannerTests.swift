import Testing

@testable import Migrations

struct `Splitting a file into statements` {
    @Test(arguments: [
        ("", []),
        ("  -- only a comment\n/* and /* another */ */", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1 ; SELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        (";;SELECT 1;;", ["SELECT 1"]),
        ("SELECT 'a;b''c;', E'\\';', \"x;\"\"y\"; SELECT 2", ["SELECT 'a;b''c;', E'\\';', \"x;\"\"y\"", "SELECT 2"]),
        ("SELECT '\\'; SELECT 2", ["SELECT '\\'", "SELECT 2"]),
        ("DO $$ BEGIN; END $$; SELECT 2", ["DO $$ BEGIN; END $$", "SELECT 2"]),
        ("DO $a$ $$;$b$; $a$; SELECT $1;", ["DO $a$ $$;$b$; $a$", "SELECT $1"]),
        ("SELECT a$b$c; SELECT 2", ["SELECT a$b$c", "SELECT 2"]),
        ("SELECT 1 -- not the end;\n; SELECT /* ; */ 2", ["SELECT 1 -- not the end;", "SELECT /* ; */ 2"]),
        (
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"]
        ),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; SELECT 2",
            ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END", "SELECT 2"]
        ),
    ])
    func `ends only at semicolons that end one`(text: String, statements: [String]) {
        #expect(SQLScanner.statements(of: text).map(\.text) == statements)
    }

    @Test func `tells where each stands, in characters`() {
        let text = "-- é 🙂\nSELECT 1;\n\n  SELECT 2;"
        let positions = SQLScanner.statements(of: text).map { SourcePosition(offset: $0.offset, in: text).description }
        #expect(positions == ["2:1", "4:3"])
    }

    @Test(arguments: ["COMMIT", "begin", "-- x\nRollback", "START TRANSACTION", "PREPARE TRANSACTION 'x'", "/**/ end"])
    func `tells statements that would end our transaction`(text: String) {
        #expect(SQLScanner.statements(of: text).map(\.controlsTransaction) == [true])
    }

    @Test(arguments: ["PREPARE p AS SELECT 1", "DO $$ BEGIN COMMIT; END $$", "SELECT 'COMMIT'"])
    func `and those that would not`(text: String) {
        #expect(SQLScanner.statements(of: text).map(\.controlsTransaction) == [false])
    }

    @Test(arguments: [
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON usage.t (a)", "usage", "i"),
        ("create unique index concurrently Big_One\n on t (a)", nil, "big_one"),
    ])
    func `tells the index that is made concurrently`(text: String, schema: String?, name: String) {
        let index = SQLScanner.statements(of: text).first?.concurrentIndex
        #expect(index?.schema == schema)
        #expect(index?.name == name)
    }
}
