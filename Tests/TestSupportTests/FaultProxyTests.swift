import Postgres
import Synchronization
import TestSupport
import Testing

@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct `A fault proxy` {
    @Test func `carries a session and counts its messages`() async throws {
        let proxy = try TestDatabase.current.faultProxy()
        let connection = try await connect(through: proxy)
        let atStart = proxy.traffic
        #expect(atStart.frontendMessages == 1)
        try await connection.run(timeout: .seconds(120)) { try $0.executeScript("SELECT 1") }
        // One simple query: 'Q', four bytes of length, the text and its NUL.
        #expect(proxy.traffic.frontendMessages == 2)
        #expect(proxy.traffic.bytes == atStart.bytes + 1 + 4 + "SELECT 1".utf8.count + 1)
    }

    @Test func `cuts after a message, which the server still gets`() async throws {
        let database = try TestDatabase.current
        let calls = Mutex(0)
        let proxy = try database.faultProxy(onCut: { calls.withLock { $0 += 1 } })
        let connection = try await connect(through: proxy)
        proxy.mode = .cut(after: .frontendMessages(proxy.traffic.frontendMessages + 2))
        try await connection.run(timeout: .seconds(120)) { try $0.executeScript("CREATE TABLE first (n int)") }
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run(timeout: .seconds(120)) { try $0.executeScript("CREATE TABLE second (n int)") }
        }
        #expect(error?.isConnectionLost == true)
        #expect(calls.withLock { $0 } == 1)
        let observer = try await database.connect()
        try await eventually("the second table is there") {
            try await observer.run(timeout: .seconds(120)) {
                try $0.query("SELECT to_regclass('second') IS NOT NULL").first?.decode(Bool.self) == true
            }
        }
        // The link heals.
        _ = try await connect(through: proxy)
    }

    @Test func `cuts in the middle of a message, which the server does not run`() async throws {
        let database = try TestDatabase.current
        let proxy = try database.faultProxy()
        let connection = try await connect(through: proxy)
        proxy.mode = .cut(after: .bytes(proxy.traffic.bytes + 10))
        await #expect(throws: PostgresError.self) {
            try await connection.run(timeout: .seconds(120)) { try $0.executeScript("CREATE TABLE half (n int)") }
        }
        let observer = try await database.connect()
        try await eventually("the backend is gone") {
            try await observer.run(timeout: .seconds(120)) { connection in
                try connection.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'proxied'").isEmpty
            }
        }
        let exists = try await observer.run(timeout: .seconds(120)) {
            try $0.query("SELECT to_regclass('half') IS NOT NULL").first?.decode(Bool.self)
        }
        #expect(exists == false)
    }

    @Test func `stalls and goes on`() async throws {
        let proxy = try TestDatabase.current.faultProxy()
        let connection = try await connect(through: proxy)
        proxy.mode = .stall
        let answer = Mutex<Int32?>(nil)
        async let query: Void = connection.run(timeout: .seconds(60)) { connection in
            let value = try connection.query("SELECT 5").first?.decode(Int32.self)
            answer.withLock { $0 = value }
        }
        #expect(proxy.connections == 1)
        #expect(answer.withLock { $0 } == nil)
        proxy.mode = .forward
        try await query
        #expect(answer.withLock { $0 } == 5)
    }

    @Test func `refuses`() async throws {
        let proxy = try TestDatabase.current.faultProxy(mode: .refuse)
        await #expect(throws: PostgresError.self) { try await connect(through: proxy) }
    }

    @Test(arguments: [MessageHold.Side.message, .answer])
    func `holds one connection at the second of two texts`(side: MessageHold.Side) async throws {
        let database = try TestDatabase.current
        let observer = try await database.connect()
        func exists(_ table: String) async throws -> Bool? {
            try await observer.run(timeout: .seconds(120)) {
                try $0.query("SELECT to_regclass(\(table)) IS NOT NULL").first?.decode(Bool.self)
            }
        }
        let proxy = try database.faultProxy()
        let held = try await connect(through: proxy)
        let other = try await connect(through: proxy)
        proxy.mode = .hold(MessageHold(side, "TABLE first", "TABLE second"))
        // The second text alone, on another connection, is not what is looked for.
        try await other.run(timeout: .seconds(120)) { try $0.executeScript("SELECT 'TABLE second'") }
        try await held.run(timeout: .seconds(120)) { try $0.executeScript("CREATE TABLE first (n int)") }
        #expect(!proxy.isHolding)
        async let creation: Void = held.run(timeout: .seconds(120)) {
            try $0.executeScript("CREATE TABLE second (n int)")
        }
        try await eventually("the connection stands still") { proxy.isHolding }
        #expect(try await exists("second") == (side == .answer))
        try await other.run(timeout: .seconds(120)) { try $0.executeScript("CREATE TABLE third (n int)") }
        proxy.mode = .forward
        proxy.resetConnections()
        var failure: PostgresError?
        do { try await creation } catch let error as PostgresError { failure = error }
        #expect(failure?.isConnectionLost == true)
        #expect(!proxy.isHolding)
        #expect(try await exists("third") == true)
        #expect(try await exists("second") == (side == .answer))
    }

    private func connect(through proxy: FaultProxy) async throws -> PostgresConnection {
        let configuration = PostgresConfiguration(
            conninfo: proxy.conninfo(database: try TestDatabase.current.name), applicationName: "proxied",
            connectTimeout: .seconds(120))
        return try await PostgresConnection.connect(configuration, logger: .silent)
    }
}
