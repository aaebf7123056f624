import Testing

@testable import Postgres

/// What is worth waiting for, by the codes of appendix A of PostgreSQL's manual.
struct SQLStateTests {
    @Test(arguments: [
        "08000", "08001", "08003", "08004", "08006", "25006", "40000", "40001", "40003", "40P01", "53000",
        "53100", "53200", "53300", "55006", "55P03", "57000", "57P01", "57P02", "57P03", "57P05", "58000", "58030",
        "58P01",
    ])
    func `what a restart, a failover, room or patience mends is transient`(code: String) {
        #expect(SQLState.isTransient(code))
    }

    @Test(arguments: [
        "", "0A000", "22003", "23505", "25P02", "28000", "28P01", "3D000", "42501", "42601", "42P01", "53400", "54000",
        "55000", "57014", "57P04", "P0001", "XX000", "XX001", "XX002",
    ])
    func `what stays as it is until somebody acts is not`(code: String) {
        #expect(!SQLState.isTransient(code))
    }

    @Test(arguments: [
        ("FATAL:  57P03: the database system is starting up\nLOCATION:  ProcessStartupPacket", true, false),
        ("FATAL:  53300: too many connections for role \"loader\"", true, false),
        ("FATAL:  55000: database \"usage\" is not currently accepting connections", true, false),
        ("FATAL:  28P01: password authentication failed for user \"loader\"", false, false),
        ("FATAL:  3D000: database \"usage\" does not exist", false, false),
        ("connection to server at \"db\", port 5432 failed: Connection refused", true, false),
        ("definition of service \"usage\" not found", false, true),
        ("root certificate file \"/none\" does not exist", false, true),
    ])
    func `a connection that cannot be made is worth waiting for unless somebody must act`(
        message: String, isTransient: Bool, isMisconfigured: Bool
    ) {
        let failure = ConnectFailure(verbose: message, needsPassword: false)
        #expect(failure.isTransient == isTransient)
        #expect(failure.isMisconfigured == isMisconfigured)
    }
}
