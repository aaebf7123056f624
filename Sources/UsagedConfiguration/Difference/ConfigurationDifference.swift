/// What one configuration has otherwise than another, setting by setting.
package struct ConfigurationDifference: Sendable, CustomStringConvertible {
    /// One line a setting, in the order of the keys: `schedule.every: 3600.0 seconds → 60.0 seconds`. A source that came or
    /// went is one line.
    package let lines: [String]

    /// Whether nothing is otherwise.
    package var isEmpty: Bool { lines.isEmpty }

    package var description: String { lines.joined(separator: "; ") }

    package init(from old: Configuration, to new: Configuration) {
        // Source by source: names may hold dots, so that a key alone does not tell whose it is.
        let (before, after) = (Self.sources(of: old), Self.sources(of: new))
        var lines: [String] = []
        for name in Set(before.keys).union(after.keys) {
            switch (before[name], after[name]) {
            case (let before?, let after?):
                lines += Self.changes(from: before.settings, to: after.settings, under: "sources.\(name).")
            case (nil, _): lines.append("sources.\(name): added")
            case (_, nil): lines.append("sources.\(name): removed")
            }
        }
        lines += Self.changes(from: old.settings, to: new.settings)
        if lines.isEmpty, old != new { lines.append("sources: in another order") }
        self.lines = lines.sorted()
    }

    private static func sources(of configuration: Configuration) -> [String: SourceConfiguration] {
        Dictionary(configuration.sources.map { ($0.name, $0) }) { $1 }
    }

    private static func changes(
        from before: [String: String], to after: [String: String], under prefix: String = ""
    ) -> [String] {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.map { key in
            "\(prefix)\(key): \(before[key] ?? "not given") → \(after[key] ?? "not given")"
        }
    }
}
