import FoundationEssentials
import Operations
import Postgres
import Timekeeping

/// What is to be said of a server that answers.
struct ServerJudgement {
    /// Clocks that differ by less need nobody's attention.
    private static let clockTolerance = Duration.seconds(60)

    private let facts: ServerFacts
    private let link: PostgresLink
    private let program: Program

    init(_ facts: ServerFacts, _ link: PostgresLink, _ program: Program) {
        self.facts = facts
        self.link = link
        self.program = program
    }

    func findings() -> [Finding] {
        [reached, network, login, connections, clock] + encoding
    }

    private var reached: Finding {
        guard !facts.isReadOnly else {
            return .fault(
                "database", "the server takes no writes: it is a standby, or read-only by a setting",
                remedy:
                    "connect to the primary (target_session_attrs=read-write), or see default_transaction_read_only",
                .command(.unavailable))
        }
        return .ok("database", "PostgreSQL \(facts.version), database \(facts.database) as \(facts.login)")
    }

    private var network: Finding {
        if link.isLocal { return .ok("database.network", "on this machine") }
        if link.isVerified { return .ok("database.network", "encrypted, and \(link.host) has proved who it is") }
        let state = link.isEncrypted ? "encrypted, but nothing proves that it is that server" : "not encrypted"
        return .warning(
            "database.network", "the connection to \(link.host) is \(state) (sslmode=\(link.sslMode))",
            remedy: "add sslmode=verify-full (and sslrootcert) to the key database, and turn ssl on at the server")
    }

    private var login: Finding {
        guard facts.isSuperuser else { return .ok("database.login", "\(facts.login) is no superuser") }
        return .warning(
            "database.login", "\(facts.login) is a superuser, and usaged needs far less",
            remedy: "CREATE ROLE usaged LOGIN IN ROLE usage_writer, and let it log in")
    }

    private var connections: Finding {
        let needed = program.connectionsAtMost
        let text = "\(facts.connections) are allowed, \(facts.connectionsInUse) in use; usaged takes up to \(needed)"
        guard facts.connections >= needed else {
            return .warning(
                "database.connections", text,
                remedy: "raise max_connections, or the CONNECTION LIMIT of the login or the database")
        }
        return .ok("database.connections", text)
    }

    private var clock: Finding {
        let difference = Duration.seconds(facts.clock.timeIntervalSince(program.timekeeper.date))
        let size = difference < .zero ? .zero - difference : difference
        guard size > Self.clockTolerance else { return .ok("database.clock", "agrees with this machine's") }
        return .warning(
            "database.clock",
            "the server's clock is \(size.inWords) \(difference < .zero ? "behind" : "ahead of") this machine's",
            remedy: "set both clocks by NTP (timedatectl set-ntp true)")
    }

    private var encoding: [Finding] {
        guard facts.encoding != "UTF8" else { return [] }
        return [
            .warning(
                "database.encoding", "the database is encoded in \(facts.encoding), which cannot hold every name",
                remedy: "make the database anew with ENCODING 'UTF8'")
        ]
    }
}
