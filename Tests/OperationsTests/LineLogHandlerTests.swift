import FoundationEssentials
import Ingest
import Logging
import Operations
import Randomness
import Testing
import UsageDomain
import Warehouse

@Suite struct LineLogHandlerTests {
    private let written = Written()

    private func logger(
        _ format: LogFormat,
        level: Logger.Level = .trace,
        provider: Logger.MetadataProvider? = nil
    ) -> Logger {
        let output = written.stream()
        return Logger(label: "usaged") { label in
            var handler = LineLogHandler(label: label, level: level, format: format, output: output)
            handler.metadataProvider = provider
            return handler
        }
    }

    private func json() throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(written.text.utf8))
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func `the journal gets the priority of syslog and no time`(level: Logger.Level, priority: Int) {
        logger(.journal).log(level: level, "run finished", metadata: ["rows": "12", "outcome": "complete"])
        #expect(written.all == ["<\(priority)>run finished outcome=complete rows=12\n"])
    }

    @Test func `text begins with time and level`() throws {
        logger(.text).warning("window failed", metadata: ["source": "acme"])
        let line = try #require(written.text.wholeMatch(of: /(\S+) warning window failed source=acme\n/))
        #expect(throws: Never.self) { try Date(String(line.1), strategy: .iso8601) }
    }

    @Test(arguments: [
        ("plain", "plain"), ("2025-01-01..2025-01-31", "2025-01-01..2025-01-31"), ("größer", "größer"),
        ("", #""""#), ("two words", #""two words""#), ("a=b", #""a=b""#), (#"say "hi""#, #""say \"hi\"""#),
        (#"C:\tmp"#, #""C:\\tmp""#), ("a\nb", #""a\nb""#), ("a\u{1B}[2Kb", #""a\u001b[2Kb""#),
        ("a\u{2028}b", #""a\u2028b""#), ("a\u{85}b", #""a\u0085b""#), ("no\u{A0}break", "\"no\u{A0}break\""),
    ])
    func `a value that is no plain word is quoted`(value: String, spelled: String) {
        logger(.journal).info("m", metadata: ["key": "\(value)"])
        #expect(written.text == "<6>m key=\(spelled)\n")
    }

    @Test func `a key can forge no line and no other key`() {
        logger(.journal).info("m", metadata: ["a=1\n<0>b": "c"])
        #expect(written.text == "<6>m \"a=1\\n<0>b\"=c\n")
    }

    @Test func `JSON holds time, level, logger, message and metadata`() throws {
        logger(.json).notice("two\nlines", metadata: ["source": "acme", "list": ["a", "b"]])
        var fields = try json()
        let time = try #require(fields["time"])
        fields["time"] = nil
        #expect(throws: Never.self) { try Date(time, strategy: .iso8601) }
        #expect(
            fields == [
                "level": "notice", "logger": "usaged", "message": "two\nlines", "source": "acme",
                "list": #"["a", "b"]"#,
            ])
    }

    @Test func `metadata named like a field of the line stands beside it`() throws {
        logger(.json).info("m", metadata: ["message": "other", "level": "high", "time": "never", "logger": "x"])
        let fields = try json()
        #expect(fields["message"] == "m")
        #expect(fields["metadata.message"] == "other")
        #expect(fields["metadata.level"] == "high")
        #expect(fields["metadata.time"] == "never")
        #expect(fields["metadata.logger"] == "x")
    }

    @Test(arguments: LogFormat.allCases, [UInt64(1), 2, 3])
    func `one event is one line, whatever it holds, and JSON gives it back`(format: LogFormat, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let (message, key, value) = (
                Self.text(&random), "k" + Self.text(&random), Self.text(&random)
            )
            let written = Written()
            let output = written.stream()
            let logger = Logger(label: "usaged") {
                LineLogHandler(label: $0, level: .info, format: format, output: output)
            }
            logger.info("\(message)", metadata: [key: "\(value)"])
            try #require(written.all.count == 1)
            let line = written.text.unicodeScalars
            #expect(line.last == "\n")
            let forging = line.dropLast().filter { scalar in
                scalar.properties.isBidiControl
                    || [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
            }
            #expect(forging.isEmpty, "\(message.debugDescription) \(key.debugDescription) \(value.debugDescription)")
            guard format == .json else { continue }
            let fields = try JSONDecoder().decode([String: String].self, from: Data(written.text.utf8))
            #expect(fields["message"] == message)
            #expect(fields[key] == value)
        }
    }

    /// Up to twelve scalars, half of them from the kinds that break things.
    private static func text(_ random: inout SeededRandom) -> String {
        let awkward: [Unicode.Scalar] = [
            "\0", "\t", "\n", "\r", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}", "\u{85}", "\u{9B}", "\u{200D}", "\u{200F}",
            "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{FEFF}", "\u{FFFF}", "\u{10FFFF}", "\"", "\\", "/",
            "=", " ", "<", "{", "}", "é", "\u{301}", "統", "😀", "\u{FE0F}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            if Bool.random(using: &random), let scalar = awkward.randomElement(using: &random) {
                text.unicodeScalars.append(scalar)
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    // MARK: - Where metadata comes from

    @Test func `the event's metadata wins over the provider's, and that over the logger's`() {
        var logger = logger(.journal, provider: .init { ["a": "provider", "b": "provider", "d": "provider"] })
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger[metadataKey: "c"] = "logger"
        logger.info("m", metadata: ["a": "event"])
        #expect(written.text == "<6>m a=event b=provider c=logger d=provider\n")
    }

    @Test func `every line says what the task that writes it works on`() async throws {
        let output = written.stream()
        let logger = Logger(label: "usaged") { label in
            LineLogHandler(label: label, level: .trace, format: .journal, output: output)
        }
        let window = Window(
            dataset: .clientQuery, clientID: "c-1", days: Day(daysSinceEpoch: 20_089)..<Day(daysSinceEpoch: 20_120))
        logger.info("none")
        await WorkContext.extended(by: { $0.source = "acme" }) {
            await WorkContext.extended(by: { $0.run = RunID(rawValue: 7) }) {
                logger.info("run")
                await withTaskGroup { group in
                    group.addTask {
                        await WorkContext.extended(by: { $0.window = window }) { logger.info("window") }
                    }
                }
            }
        }
        let line = "<6>window dataset=client_query oauth.client=c-1 run=7 source=acme window=2025-01-01..2025-01-31\n"
        #expect(written.all == ["<6>none\n", "<6>run run=7 source=acme\n", line])
    }

    @Test func `a logger's metadata is its own, not its copy's`() {
        let first = logger(.journal)
        var second = first
        second[metadataKey: "source"] = "acme"
        #expect(second[metadataKey: "source"] == "acme")
        first.info("m")
        #expect(written.text == "<6>m\n")
    }

    @Test func `an error that is handed over is shown`() {
        struct Failure: Error, CustomStringConvertible {
            let description = "no route to host"
        }
        logger(.journal).error("run failed", error: Failure())
        #expect(written.text == "<3>run failed error=\"no route to host\"\n")
    }

    @Test func `events below the level are not written`() {
        let logger = logger(.text, level: .notice)
        logger.info("m")
        #expect(written.all.isEmpty)
        logger.notice("m")
        #expect(written.all.count == 1)
    }
}
