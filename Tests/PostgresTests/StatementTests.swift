import InMemoryLogging
import Logging
import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct StatementTests {
    let connection: PostgresConnection

    init() async throws { connection = try await Server.connect() }

    @Test func `execute counts the rows it affected`() async throws {
        try await connection.run(timeout: patience) { connection in
            try expect(connection.execute("CREATE TEMP TABLE t AS SELECT generate_series(1, 10) AS id"), is: 10)
            try expect(connection.execute("UPDATE t SET id = id + \(1) WHERE id <= \(4)"), is: 4)
            try expect(connection.execute("DELETE FROM t WHERE false"), is: 0)
            try expect(connection.execute("ANALYZE t"), is: 0)
        }
    }

    @Test func `a result may be empty, or hold 100,000 rows`() async throws {
        let rows = try await connection.run(timeout: patience) { connection in
            try expect(connection.query("SELECT 1 WHERE false").count, is: 0)
            try expect(connection.query("SELECT FROM generate_series(1, 3)").count, is: 3)
            return try connection.query("SELECT id::int8, 'row ' || id AS name FROM generate_series(1, \(100_000)) id")
        }
        #expect(rows.count == 100_000)
        for (index, row) in rows.enumerated() {
            let (id, name) = try row.decode(Int64.self, String.self)
            guard id == index + 1, name == "row \(id)" else {
                Issue.record("row \(index) is \(id), \(name)")
                return
            }
        }
    }

    @Test func `a script runs all of its statements, or none`() async throws {
        try await connection.run(timeout: patience) { connection in
            try connection.executeScript("CREATE TEMP TABLE a (id int); INSERT INTO a VALUES (1); SELECT * FROM a;")
            try connection.executeScript("")
            #expect(throws: PostgresError.self) {
                try connection.executeScript("INSERT INTO a VALUES (2); SELECT 1/0; INSERT INTO a VALUES (3)")
            }
            try expect(connection.query("SELECT count(*) FROM a").first?.decode(Int.self), is: 1)
        }
    }

    @Test func `an error in a script carries its position in characters`() async throws {
        let script = "SELECT 'Größe 🧪';\nSELECT 2;\nSELEC 3;"
        let error = try await postgresError {
            try await connection.run(timeout: patience) { try $0.executeScript(script) }
        }
        guard case .server(let server) = error else {
            Issue.record("\(error)")
            return
        }
        let position = try #require(server.position)
        #expect(String(String.UnicodeScalarView(script.unicodeScalars.dropFirst(position - 1))) == "SELEC 3;")
        #expect(server.sqlState == "42601")
    }

    @Test func `an error carries the server's fields`() async throws {
        let error = try await postgresError {
            try await connection.run(timeout: patience) { connection in
                try connection.executeScript(
                    "CREATE TEMP TABLE t (id int CONSTRAINT positive CHECK (id > 0), name text NOT NULL)")
                try connection.execute("INSERT INTO t VALUES (\(-5), \("secret"))")
            }
        }
        guard case .server(let server) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(server.severity == "ERROR")
        #expect(server.sqlState == "23514")
        #expect(error.sqlState == "23514")
        #expect(server.constraint == "positive")
        #expect(server.table == "t")
        #expect(server.schema?.hasPrefix("pg_temp") == true)
        #expect(server.detail == "Failing row contains (-5, secret).")
        #expect(server.statement == "INSERT INTO t VALUES ($1, $2)")
        #expect(!error.isTransient)
        #expect(!error.isConnectionLost)
        #expect(!"\(error)".contains("secret"))
        #expect("\(error)".contains("INSERT INTO t VALUES ($1, $2)"))
    }

    @Test func `an error carries column, context and hint`() async throws {
        let error = try await postgresError {
            try await connection.run(timeout: patience) {
                try $0.executeScript(
                    "DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'try yes', COLUMN = 'c', ERRCODE = 'UA001'; END $$")
            }
        }
        guard case .server(let server) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(server.sqlState == "UA001")
        #expect(server.hint == "try yes")
        #expect(server.column == "c")
        #expect(server.where?.contains("PL/pgSQL function") == true)
        #expect("\(error)".contains("hint: try yes"))
    }

    @Test func `a statement that sets a password is not shown`() async throws {
        let error = try await postgresError {
            try await connection.run(timeout: patience) {
                try $0.executeScript("ALTER ROLE nobody_here PASSWORD 'hunter2'")
            }
        }
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test func `after an error the connection goes on`() async throws {
        try await connection.run(timeout: patience) { connection in
            #expect(throws: PostgresError.self) { try connection.query("SELECT 1/0") }
            #expect(throws: PostgresError.self) { try connection.query("SELECT 1; SELECT 2") }
            #expect(throws: PostgresError.self) { try connection.query("COPY pg_class TO STDOUT") }
        }
        let other = try await Server.connect()
        try await other.run(timeout: patience) { connection in
            #expect(throws: PostgresError.self) { try connection.execute("COPY pg_class FROM STDIN") }
            try expect(connection.query("SELECT 1").first?.decode(Int.self), is: 1)
        }
    }

    @Test func `notices go to the log`() async throws {
        let log = LogCapture()
        let configuration = try await Server.configuration(logger: log.logger)
        let connection = try await PostgresConnection.connect(configuration, logger: log.logger)
        try await connection.run(timeout: patience) {
            try $0.executeScript("DO $$ BEGIN RAISE NOTICE 'for your information'; RAISE WARNING 'take care'; END $$")
        }
        #expect(log.levels(of: "for your information") == [.debug])
        #expect(log.levels(of: "take care") == [.warning])
    }

    @Test func `statements outside of a closure are refused`() async throws {
        let error = try await postgresError { _ = try await connection.query("SELECT 1") }
        #expect("\(error)".contains("only inside"))
    }

    @Test func `settings hold for the session, whatever is in them`() async throws {
        let name = #"it's \ "odd""#
        let configuration = try await Server.configuration(
            settings: [("TimeZone", "UTC"), ("lock_timeout", "5s"), ("usage.odd", name)],
            prepare: { try $0.execute("CREATE TEMP TABLE prepared (id int)") })
        let connection = try await PostgresConnection.connect(configuration, logger: Server.silent)
        try await connection.run(timeout: patience) { connection in
            let row = try #require(
                try connection.query(
                    """
                    SELECT current_setting('TimeZone'), current_setting('lock_timeout'), current_setting('usage.odd'),
                           current_setting('application_name'), to_regclass('prepared') IS NOT NULL
                    """
                ).first)
            let found = try row.decode(String.self, String.self, String.self, String.self, Bool.self)
            #expect(found == ("UTC", "5s", name, "tests", true))
        }
    }
}

extension LogCapture {
    /// The levels of the entries that hold a text, in message or metadata.
    fileprivate func levels(of text: String) -> [Logger.Level] {
        entries.filter { "\($0.message) \($0.metadata)".contains(text) }.map(\.level)
    }
}
