package import FoundationEssentials
import UsageDomain
import Yams

/// Reads the configuration file strictly: whatever is not understood is refused, all of it at once.
package struct ConfigurationLoader: Sendable {
    /// The instant against which `start-date` is checked.
    let now: Date

    /// - Parameter now: The present; a `start-date` after it is refused.
    package init(now: Date) {
        self.now = now
    }

    /// Reads a file of UTF-8 text.
    ///
    package func load(path: String) throws(ConfigurationError) -> Configuration {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .unreadable(file: path, reason: Self.reason(for: error))
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .unreadable(file: path, reason: "it is not UTF-8 text; save it as UTF-8")
        }
        return try load(text: text, file: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - file: The name that problems carry.
    /// - Throws: ``ConfigurationError/invalid(_:)`` with all that is wrong.
    /// - Returns: The configuration, when nothing in the text was refused.
    package func load(text: String, file: String) throws(ConfigurationError) -> Configuration {
        let findings = Findings(file: file)
        let configuration = read(text, findings)
        guard findings.isEmpty, let configuration else { throw .invalid(findings.inFileOrder) }
        return configuration
    }
}

extension ConfigurationLoader {
    private func read(_ text: String, _ findings: Findings) -> Configuration? {
        let root: Node?
        do {
            root = try Document.compose(text)
        } catch {
            for fault in error.faults {
                findings.add(at: fault.position, key: "", fault: fault.text, remedy: fault.remedy)
            }
            return nil
        }
        guard let root, !root.isNull else {
            findings.add(
                at: .start, key: "", fault: "the file is empty",
                remedy: "start from usaged.yaml.example; database and sources are required")
            return nil
        }
        guard
            let section = Field(node: root, path: "", findings: findings).section(
                known: ["database", "migrate", "schedule", "listen", "spool", "retention", "sources"])
        else { return nil }

        let database = section.required("database", remedy: Field.databaseRemedy)?.database()
        let migrate = section["migrate"].map { $0.choice(of: MigrationPolicy.self) } ?? .never
        let schedule = section["schedule"].map { $0.schedule() } ?? Schedule()
        let listen = section["listen"].map { $0.listen() } ?? .some(.standard)
        let spool = section["spool"].map { $0.spool() } ?? Spool()
        let retention = section["retention"].map { $0.retention() } ?? RetentionPolicy()
        let sources = section.required("sources", remedy: "list at least one source")?.items(of: "source")
            .map { SourceReader(loader: self).read($0) }

        guard let database, let migrate, let schedule, let listen, let spool, let retention, let sources else {
            return nil
        }
        return Configuration(
            database: database, migrate: migrate, schedule: schedule, listen: listen, spool: spool,
            retention: retention, sources: sources)
    }

    private static func reason(for error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile: "there is no such file; create it from usaged.yaml.example or give --config PATH"
        case .fileReadNoPermission: "no permission to read it; let the user who runs usaged read it"
        default: "it cannot be read (\(error)); give the path of a readable file with --config PATH"
        }
    }
}

extension Field {
    fileprivate func schedule() -> Schedule? {
        let standard = Schedule()
        guard let section = section(known: ["every", "lookback-days", "settle-after", "wide-pass"]) else { return nil }
        let every = section["every"].map { $0.duration(in: .seconds(1) ... .days(31)) } ?? standard.every
        let lookback = section["lookback-days"].map { $0.integer(in: 0...366) } ?? standard.lookbackDays
        let settle = section["settle-after"].map { $0.duration(in: .seconds(1) ... .days(366)) } ?? standard.settleAfter
        let wide = section["wide-pass"].map { $0.wholeDays(in: 1...366) } ?? standard.widePassDays
        guard let every, let lookback, let settle, let wide else { return nil }
        return Schedule(every: every, lookbackDays: lookback, settleAfter: settle, widePassDays: wide)
    }

    fileprivate func retention() -> RetentionPolicy? {
        guard let section = section(known: ["facts-months", "rollups-months"]) else { return nil }
        let facts = section["facts-months"].map { $0.integer(in: 3...1200) }
        let rollups = section["rollups-months"].map { $0.integer(in: 3...1200) }
        // Given and refused is not the same as not given.
        if facts == .some(nil) || rollups == .some(nil) { return nil }
        let policy = RetentionPolicy(factsMonths: facts ?? nil, rollupsMonths: rollups ?? nil)
        if let kept = policy.rollupsMonths, kept < policy.factsMonths ?? .max {
            section["rollups-months"]?.refuse(
                "sums cannot be given up before what they sum", "write facts-months, too, and not more than this")
            return nil
        }
        return policy
    }

    fileprivate func spool() -> Spool? {
        let standard = Spool()
        guard let section = section(known: ["directory", "max-answer"]) else { return nil }
        let directory = section["directory"].map { $0.absolutePath() } ?? standard.directory
        let maximum = section["max-answer"].map { $0.size(in: (1 << 10)...(1 << 40)) } ?? standard.maxAnswerBytes
        guard let directory, let maximum else { return nil }
        return Spool(directory: directory, maxAnswerBytes: maximum)
    }
}
