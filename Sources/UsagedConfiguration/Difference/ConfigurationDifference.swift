/// What one configuration has otherwise than another, setting by setting.
package struct ConfigurationDifference: Sendable, CustomStringConvertible {
    /// One line a setting, in the order of the keys: `schedule.every: 3600.0 seconds → 60.0 seconds`. A source that came or
    /// went is one line.
    package let lines: [String]

    /// Whether nothing is otherwise.
    package var isEmpty: Bool { lines.isEmpty }

    package var description: String { lines.joined(separator: "; ") }

    package init(from old: Configuration, to new: Configuration) {
        let removed = Set(old.sources.map(\.name)).subtracting(new.sources.map(\.name))
        let added = Set(new.sources.map(\.name)).subtracting(old.sources.map(\.name))
        let (before, after) = (old.settings, new.settings)
        func belongs(_ key: String, to sources: Set<String>) -> Bool {
            sources.contains { key.hasPrefix("sources.\($0).") }
        }
        var lines = added.map { "sources.\($0): added" } + removed.map { "sources.\($0): removed" }
        for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
            guard !belongs(key, to: added.union(removed)) else { continue }
            lines.append("\(key): \(before[key] ?? "not given") → \(after[key] ?? "not given")")
        }
        if lines.isEmpty, old != new { lines.append("sources: in another order") }
        self.lines = lines.sorted()
    }
}
