/// A text does not set anything.
package struct SettingSyntaxError: Error, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String {
        "“\(text)” is not a setting: \(reason); write NAME=SETTING, for example row-limit=refused"
    }
}

extension Script {
    /// One thing that the contract leaves open, as a switch with its settings.
    package struct Unknown: Sendable, CustomStringConvertible {
        /// As texts call it, for example `row-limit`.
        package let name: String
        /// What is not known.
        package let question: String
        /// The texts that ``Script/set(_:)`` takes for it; the first is the default.
        package let settings: [String]

        private let read: @Sendable (Script) -> String
        private let write: @Sendable (inout Script, String) -> Void

        package var description: String { name }

        /// How a script has it.
        package func setting(in script: Script) -> String {
            read(script)
        }

        fileprivate func apply(_ setting: String, to script: inout Script) {
            write(&script, setting)
        }
    }

    /// Sets one switch from text, for example `row-limit=refused`.
    ///
    /// - Throws: ``SettingSyntaxError`` that names the switches or the settings there are.
    package mutating func set(_ text: String) throws(SettingSyntaxError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw SettingSyntaxError(text: text, reason: "there is no “=”") }
        guard let unknown = Script.unknowns.first(where: { $0.name == parts[0] }) else {
            let names = Script.unknowns.map(\.name).joined(separator: ", ")
            throw SettingSyntaxError(text: text, reason: "the switches are \(names)")
        }
        guard unknown.settings.contains(parts[1]) else {
            let settings = unknown.settings.joined(separator: ", ")
            throw SettingSyntaxError(text: text, reason: "the settings of \(unknown.name) are \(settings)")
        }
        unknown.apply(parts[1], to: &self)
    }

    /// Every switch: what contract, section 10, does not know of the endpoints served here, and what its other sections
    /// mark as unknown of them. Restatement is no switch, for it happens at a moment: ``Simulator/restate(_:)``.
    package static let unknowns: [Unknown] = [
        Unknown("submit-status", "200 or 202 on submit", \.submitStatus),
        Unknown("late-reads", "what a read answers after an execution's lifetime", \.lateReads),
        Unknown("readers", "whether another token may read an execution", \.readers),
        Unknown("concurrency", "limit of concurrent executions and its answer", \.concurrency),
        Unknown("midnight-end", "whether an end of midnight includes its day", \.midnightEndIncludesDay, "included"),
        Unknown("zoneless-times", "zone of interval times without a zone", \.zonelessTimes),
        Unknown("week-start", "first day of a week", \.weekStart),
        Unknown("retention", "present depth of the older endpoints", \.retention),
        Unknown("case", "whether enumerations are case-sensitive", \.enumerationsAreCaseSensitive, "sensitive"),
        Unknown("unselected-metrics", "0 or absent for unselected metrics", \.unselectedMetrics),
        Unknown("ungrouped-ids", "organizationId and userId of rows not grouped by them", \.ungroupedIDs),
        Unknown("unlisted-clients", "usage of clients that the listing does not show", \.unlistedClients),
        Unknown("summary-days", "most days of a client summary", \.summaryDays),
        Unknown("summary-rows", "granularity and grouping of a client summary", \.summaryRows),
        Unknown("row-limit", "behaviour of a simple search at its row limit", \.rowLimitBehavior),
        Unknown(
            "search-page-size", "page size of a simple search that asks for none", \.searchPageSize, [100, 25, 1_000]),
        Unknown("cursor-form", "format of cursors", \.cursorForm),
        Unknown("end-of-cursors", "form of the end of cursors", \.endOfCursors),
        Unknown("running-pages", "whether Running pages carry cursors", \.runningPages),
        Unknown("search-client-ids", "client ids in simple search rows", \.searchClientIDs),
        Unknown("search-requests", "requests in simple search rows", \.searchRequests),
        Unknown("jobs-interval", "error of a job of more than 90 days or from more than a year ago", \.jobsInterval),
        Unknown("jobs-status", "HTTP status of jobs that are running or failed", \.jobsStatus),
        Unknown("failed-jobs", "errorBody of failed jobs", \.failedJobs),
        Unknown("platform-names", "values of platform", \.platformNames),
        Unknown("sort-fields", "legal field names of sortBy", \.sortFields),
        Unknown("token-limit", "limits of the token endpoint", \.tokenLimit),
    ]
}

extension Script.Unknown {
    fileprivate init<Setting: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ question: String,
        _ path: any WritableKeyPath<Script, Setting> & Sendable
    ) {
        self.init(
            name: name,
            question: question,
            settings: Setting.allCases.map(\.rawValue),
            read: { $0[keyPath: path].rawValue },
            write: { script, text in
                if let setting = Setting(rawValue: text) { script[keyPath: path] = setting }
            }
        )
    }

    /// A switch of two settings: the word for true, and the same with `not-` before it.
    fileprivate init(
        _ name: String,
        _ question: String,
        _ path: any WritableKeyPath<Script, Bool> & Sendable,
        _ word: String
    ) {
        self.init(
            name: name,
            question: question,
            settings: [word, "not-" + word],
            read: { $0[keyPath: path] ? word : "not-" + word },
            write: { script, text in script[keyPath: path] = text == word }
        )
    }

    fileprivate init(
        _ name: String,
        _ question: String,
        _ path: any WritableKeyPath<Script, Int> & Sendable,
        _ numbers: [Int]
    ) {
        self.init(
            name: name,
            question: question,
            settings: numbers.map(String.init),
            read: { String($0[keyPath: path]) },
            write: { script, text in
                if let number = Int(text) { script[keyPath: path] = number }
            }
        )
    }
}
