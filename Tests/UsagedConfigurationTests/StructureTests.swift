import FoundationEssentials
import Testing

@testable import UsagedConfiguration

/// The shape of the file: YAML, keys, types, and where each problem is said to be.
@Suite struct StructureTests {
    @Test func `all faults of a file are reported at once, in its order, each at its place`() {
        let text = """
            databaze: postgresql:///usage
            migrate: always
            schedule:
              every: 1x
              every: 2h
              lookback-days: "7"
              wide-pass: 35d
            listen: 9464
            sources:
              - name: acme
                kind: genesys
                region: eu_cental_1
                client-id: abc
                client-secret: S3cr3t!
                datasets: [organization_query, organization_query, client_querry]
                request-share: 1.5
                start-date: 2025-02-30
            """
        let found = problems(text).map { "\($0.line):\($0.column) \($0.key)" }
        #expect(
            found == [
                "1:1 databaze", "1:1 database", "2:10 migrate", "4:10 schedule.every", "5:3 schedule.every",
                "6:18 schedule.lookback-days", "8:9 listen", "12:13 sources[0].region",
                "14:20 sources[0].client-secret",
                "15:36 sources[0].datasets[1]", "15:56 sources[0].datasets[2]", "16:20 sources[0].request-share",
                "17:17 sources[0].start-date",
            ])
    }

    @Test func `a problem reads as one line that an editor can jump to`() throws {
        let found = try problem(file(genesys: ["region: eu_cental_1"]))
        #expect(
            found.description
                == "usaged.yaml:8:13: sources[0].region: \"eu_cental_1\" is not a known region; "
                + "did you mean eu_central_1? Or give api-url and login-url")
    }

    @Test(arguments: [
        ("lisen: 127.0.0.1:1", "lisen", "did you mean listen?"),
        ("Listen: 127.0.0.1:1", "Listen", "did you mean listen?"),
        ("colour: red", "colour", "keys known here: database, migrate, schedule, listen, spool, retention and sources"),
        ("schedule: {lookback_days: 7}", "schedule.lookback_days", "did you mean lookback-days?"),
        ("spool: {max-anwser: 1GiB}", "spool.max-anwser", "did you mean max-answer?"),
    ])
    func `an unknown key is refused with the nearest known one`(line: String, key: String, remedy: String) throws {
        let found = try problem(file(top: [line]))
        #expect(found.key == key)
        #expect(found.fault == "it is not a known key")
        #expect(found.remedy == remedy)
    }

    @Test func `a key of the other kind is recognised`() throws {
        #expect(
            try problem(file(infodeck: ["region: eu_west_1"])).remedy == "region belongs to sources of kind genesys")
    }

    @Test func `an unknown key that does not look like one is not shown`() throws {
        let found = try problem(file(top: ["\"S3cr3t/with+odd=signs\": 1"]))
        #expect(!found.description.contains("S3cr3t"))
    }

    @Test(arguments: [
        ("schedule: 1h", "schedule"), ("schedule: [1h]", "schedule"), ("spool: /var/spool", "spool"),
        ("migrate: true", "migrate"), ("migrate: [never]", "migrate"), ("database: 5", "database"),
        ("database: {host: x}", "database"), ("listen: {port: 1}", "listen"), ("listen: [a]", "listen"),
        ("schedule: {every: [1h]}", "schedule.every"), ("schedule: {lookback-days: 7.0}", "schedule.lookback-days"),
        ("schedule: {lookback-days: 0x7}", "schedule.lookback-days"),
        ("schedule: {lookback-days: 007}", "schedule.lookback-days"),
        ("spool: {directory: 7}", "spool.directory"), ("spool: {max-answer: {a: b}}", "spool.max-answer"),
    ])
    func `a wrong type is refused`(line: String, key: String) throws {
        #expect(try problem(file(top: [line])).key == key)
    }

    @Test(arguments: [
        "migrate:", "schedule:", "listen: ~", "spool: null", "schedule: {every: }", "spool: {directory: , }",
    ])
    func `a key without a value is refused`(line: String) throws {
        #expect(try problem(file(top: [line])).fault == "it has no value")
    }

    @Test(arguments: [
        ("sources: []", "the list is empty"), ("sources: acme", "it is one value, not a list"),
        ("sources: {name: acme}", "it is keys with values, not a list"), ("sources:", "it has no value"),
    ])
    func `sources must be a list of at least one`(line: String, fault: String) throws {
        let found = try problem("database: postgresql:///usage\n\(line)\n")
        #expect(found.fault == fault)
        #expect(found.line == 2)
    }

    @Test(arguments: ["sources: [acme]", "sources: [~]", "sources: [[]]"])
    func `a source must be keys with values`(line: String) throws {
        #expect(try problem("database: postgresql:///usage\n\(line)\n").key == "sources[0]")
    }

    @Test(arguments: ["", "\n\n", "# nothing but a comment\n", "---\n", "~\n", "--- {}\n"])
    func `an empty file says where to start`(text: String) throws {
        let found = problems(text)
        #expect(!found.isEmpty)
        if text != "--- {}\n" { #expect(found[0].fault == "the file is empty") }
    }

    @Test(arguments: ["just words\n", "- a list\n", "5\n"])
    func `a file must be keys with values`(text: String) throws {
        let found = try problem(text)
        #expect(found.line == 1)
        #expect(found.fault.hasSuffix("not keys with values"))
    }

    @Test func `all that is missing is named`() {
        let found = problems("database: postgresql:///usage\nsources:\n  - kind: genesys\n")
        #expect(
            found.map(\.key) == [
                "sources[0].name", "sources[0].start-date", "sources[0].region", "sources[0].client-id",
                "sources[0].client-secret",
            ])
        #expect(found.allSatisfy { $0.line == 3 })
        #expect(problems("migrate: auto\n").map(\.key) == ["database", "sources"])
    }

    @Test(arguments: [
        ("a: [1, 2\nb: 3\n", 2), ("database: 'open\n", 2), ("database: \"a\" b\n", 1), ("a: b: c\n", 1),
        ("a: 1\n---\nb: 2\n", 2), ("a: *nowhere\n", 1), ("a: 1\nb: \u{1}x\n", 2), ("a: @b\n", 1),
    ])
    func `a syntax error has its line`(text: String, line: Int) throws {
        let found = try problem(text)
        #expect(found.line == line)
        #expect(found.fault.hasPrefix("it is not YAML: "))
    }

    @Test func `a syntax error does not quote the file`() throws {
        let found = try problem("client-secret: S3cr3t: x\n")
        #expect(!found.description.contains("S3cr3t"))
    }

    @Test func `a quote that is closed too late does not pull a secret into the report`() {
        let text = file(genesys: ["region: \"eu_central_1", "client-secret: S3cr3t\""])
        let found = problems(text)
        #expect(found.map(\.key).contains("sources[0].region"))
        #expect(!found.contains { $0.description.contains("S3cr3t") }, "\(found)")
    }

    @Test func `a duplicate key that cannot be told apart in the text still has its place`() throws {
        let found = try problem("&a database: x\n*a : y\n")
        #expect(found.description == "usaged.yaml:1:1: a key is given twice; keep one of them")
    }

    @Test func `every line indented with a tab is reported`() {
        let found = problems("database: a\nschedule:\n\tevery: 1h\n  \tlookback-days: 7\n")
        #expect(found.map { "\($0.line):\($0.column)" } == ["3:1", "4:3"])
        #expect(found.allSatisfy { $0.fault == "the line is indented with a tab" })
    }

    @Test func `a key given twice hides nothing else`() {
        let text = file(
            top: ["listen: a", "\"listen\": 127.0.0.1:1", "'listen': 127.0.0.1:2"],
            genesys: ["name: b", "name: c", "datasets: []"])
        let found = problems(text)
        #expect(found.filter { $0.fault.hasPrefix("it is given twice, first on line") }.count == 3)
        #expect(
            Set(found.map(\.key)) == ["listen", "sources[0].name", "sources[0].datasets"])
        #expect(found.count == 5)
    }

    @Test func `a file that is missing, unreadable or not UTF-8 says so`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "usaged-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let latin = directory.appending(path: "latin.yaml")
        try Data([0x61, 0x3A, 0x20, 0xE9, 0x0A]).write(to: latin)
        let good = directory.appending(path: "good.yaml")
        try Data(file(genesys: []).utf8).write(to: good)

        let missing = directory.appending(path: "missing.yaml").path
        #expect {
            try everything.load(path: missing)
        } throws: {
            "\($0)" == "\(missing): there is no such file; create it from usaged.yaml.example or give --config PATH"
        }
        #expect {
            try everything.load(path: latin.path)
        } throws: {
            "\($0)" == "\(latin.path): it is not UTF-8 text; save it as UTF-8"
        }
        #expect {
            try everything.load(path: directory.path)
        } throws: {
            "\($0)".hasPrefix("\(directory.path): it cannot be read")
        }
        #expect(try everything.load(path: good.path).sources.count == 1)
    }
}
