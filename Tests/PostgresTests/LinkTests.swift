import Postgres
import TestSupport
import Testing

/// What a connection says of the way it takes.
@Suite(.emptyDatabase) struct LinkTests {
    @Test func `a unix socket is local and needs no encryption`() async throws {
        let connection = try await TestDatabase.current.connect()
        let link = await connection.link
        #expect(link.isLocal)
        #expect(link.host.hasPrefix("/"))
        #expect(!link.isEncrypted)
    }

    @Test func `the name of the host counts, not the address it has`() async throws {
        let database = try TestDatabase.current
        let proxy = try database.faultProxy()
        let text = proxy.conninfo(database: database.name)
        for (name, isLocal) in [("localhost", true), ("db.example.com", false)] {
            let conninfo = text.replacing("host=127.0.0.1", with: "host=\(name) hostaddr=127.0.0.1")
            let connection = try await PostgresConnection.connect(
                PostgresConfiguration(conninfo: conninfo, applicationName: "test", connectTimeout: .seconds(120)),
                logger: .silent)
            #expect(
                await connection.link == PostgresLink(host: name, sslMode: "disable", isEncrypted: false),
                "\(name)")
            #expect(await connection.link.isLocal == isLocal)
            await connection.close()
        }
    }

    @Test(arguments: [
        ("", true), ("/var/run/postgresql", true), ("@abstract", true), ("localhost", true), ("127.0.0.53", true),
        ("::1", true), ("10.0.0.1", false), ("db.example.com", false), ("localhost.example.com", false),
    ])
    func `what leaves this machine is not local`(host: String, isLocal: Bool) {
        #expect(PostgresLink(host: host, sslMode: "prefer", isEncrypted: false).isLocal == isLocal)
    }

    @Test(arguments: [
        ("verify-full", true, true), ("verify-full", false, false), ("verify-ca", true, false),
        ("require", true, false),
    ])
    func `only a certificate of that very host proves who answers`(mode: String, isEncrypted: Bool, isVerified: Bool) {
        let link = PostgresLink(host: "db.example.com", sslMode: mode, isEncrypted: isEncrypted)
        #expect(link.isVerified == isVerified)
    }
}
