import Testing
import UsageDomain

@testable import UsagedConfiguration

@Suite struct DaemonSettingTests {
    @Test(arguments: [
        ("every", "30s", 30), ("every", "15m", 900), ("every", "1h", 3600), ("every", "31d", 2_678_400),
        ("settle-after", "48h", 172_800), ("settle-after", "366d", 31_622_400),
    ])
    func `a duration is a whole number with a unit`(key: String, text: String, seconds: Int) throws {
        let schedule = try load(file(top: ["schedule: {\(key): \(text)}"])).schedule
        #expect((key == "every" ? schedule.every : schedule.settleAfter) == .seconds(seconds))
    }

    @Test(arguments: [
        "0s", "0h", "-1h", "01h", "1", "60", "1w", "1H", "1.5h", "1h30m", "h", "\"\"", "\"1 h\"", "32d", "9999999h",
        "99999999999999999999d", "9223372036854775807d", "always", "true",
    ])
    func `any other duration is refused`(text: String) throws {
        let found = try problem(file(top: ["schedule: {every: \(text)}"]))
        #expect(found.key == "schedule.every")
        #expect(found.remedy == "write a whole number with a unit, s, m, h or d, from 1s to 31d")
    }

    @Test(arguments: ["36h", "0d", "367d", "1h", "35"])
    func `the wide pass spans whole days`(text: String) throws {
        #expect(try problem(file(top: ["schedule: {wide-pass: \(text)}"])).key == "schedule.wide-pass")
    }

    @Test(arguments: [
        ("1KiB", 1024), ("512MiB", 536_870_912), ("4GiB", 4_294_967_296), ("1TiB", 1_099_511_627_776),
    ])
    func `a size is a whole number with a binary unit`(text: String, bytes: Int64) throws {
        #expect(try load(file(top: ["spool: {max-answer: \(text)}"])).spool.maxAnswerBytes == bytes)
    }

    @Test(arguments: [
        "0GiB", "-1GiB", "4GB", "4G", "4", "4gib", "\"4 GiB\"", "1.5GiB", "2TiB", "99999999999999999999GiB",
        "9223372036854775807TiB",
    ])
    func `any other size is refused`(text: String) throws {
        #expect(try problem(file(top: ["spool: {max-answer: \(text)}"])).key == "spool.max-answer")
    }

    @Test(arguments: [
        ("{facts-months: 2}", "facts-months"), ("{facts-months: 1201}", "facts-months"),
        ("{facts-months: 36m}", "facts-months"), ("{rollups-months: 120}", "rollups-months"),
        ("{facts-months: 36, rollups-months: 35}", "rollups-months"), ("{facts-month: 36}", "facts-month"),
    ])
    func `retention is so many months, and sums are kept at least as long as what they sum`(
        text: String, key: String
    ) throws {
        #expect(try problem(file(top: ["retention: \(text)"])).key == "retention.\(key)")
        #expect(
            try load(file(top: ["retention: {facts-months: 36, rollups-months: 36}"])).retention
                == RetentionPolicy(factsMonths: 36, rollupsMonths: 36))
    }

    @Test(arguments: [-1, 367, 100_000])
    func `the lookback has from 0 to 366 days`(days: Int) throws {
        #expect(
            try problem(file(top: ["schedule: {lookback-days: \(days)}"])).remedy
                == "write a whole number from 0 to 366")
        #expect(try load(file(top: ["schedule: {lookback-days: 366}"])).schedule.lookbackDays == 366)
    }

    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9464), ("0.0.0.0:1", "0.0.0.0", 1), ("localhost:0", "localhost", 0),
        ("\"[::1]:9464\"", "::1", 9464), ("metrics.example.com:65535", "metrics.example.com", 65535),
    ])
    func `listen is host and port`(text: String, host: String, port: UInt16) throws {
        let address = try #require(try load(file(top: ["listen: \(text)"])).listen)
        #expect(address == ListenAddress(host: host, port: port))
        #expect("\"\(address)\"" == text || "\(address)" == text)
    }

    @Test(arguments: [
        "localhost", "9464", "\":9464\"", "\"a:\"", "a:b", "a:65536", "a:-1", "\"::1:9464\"", "\"[::1]\"",
        "http://localhost:9464", "\"a b:1\"", "off",
    ])
    func `any other listen is refused`(text: String) throws {
        #expect(try problem(file(top: ["listen: \(text)"])).key == "listen")
    }

    @Test(arguments: ["spool", "./spool", "~/spool", "\"\""])
    func `a directory is an absolute path`(text: String) throws {
        #expect(try problem(file(top: ["spool: {directory: \(text)}"])).key == "spool.directory")
    }

    @Test(arguments: ["always", "Auto", "\"\"", "yes"])
    func `migrate is never or auto`(text: String) throws {
        #expect(try problem(file(top: ["migrate: \(text)"])).key == "migrate")
    }
}
