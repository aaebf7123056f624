/// What came of comparing one dataset.
struct ComparisonResult: Sendable {
    let dataset: String
    private(set) var stored = 0
    /// Rows of the truth that are not stored.
    private(set) var missing = 0
    /// Rows that are stored more than once.
    private(set) var duplicate = 0
    /// Rows whose counters are not those of the truth, or that it does not have at all.
    private(set) var stale = 0
    /// Owed days that are not stored, or merely provisionally.
    var uncovered = 0
    /// Some of what is wrong.
    var examples: [String] = []

    var isClean: Bool { missing + duplicate + stale + uncovered == 0 }

    init(dataset: String) {
        self.dataset = dataset
    }

    /// Adds rows, each spelled as what identifies it, U+001E and its counters.
    mutating func compare(stored: [String], with truth: [String]) {
        let wanted = Self.byIdentity(truth)
        let found = Self.byIdentity(stored)
        self.stored += stored.count
        duplicate += stored.count - found.count
        for (identity, counters) in wanted where found[identity] == nil {
            missing += 1
            note("missing: \(identity) \(counters)")
        }
        for (identity, counters) in found where wanted[identity] != counters {
            stale += 1
            note("stale: \(identity) \(counters) instead of \(wanted[identity] ?? "nothing")")
        }
    }

    private mutating func note(_ example: String) {
        if examples.count < 3 { examples.append(example) }
    }

    private static func byIdentity(_ rows: [String]) -> [Bytes: String] {
        rows.reduce(into: [:]) { known, row in
            let parts = row.utf8.split(separator: 30, maxSplits: 1, omittingEmptySubsequences: false)
            known[Bytes(bytes: Array(parts[0]))] = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        }
    }

    /// A text by its bytes: two names that merely look the same are two names.
    private struct Bytes: Hashable, CustomStringConvertible {
        let bytes: [UInt8]

        var description: String {
            String(
                decoding: bytes.map { $0 == 31 ? UInt8(ascii: "|") : $0 < 31 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }
    }
}
