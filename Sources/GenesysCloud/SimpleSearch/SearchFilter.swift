import Transport
import UsageDomain

/// What one search of a day is narrowed to. Filters only include: a value that no search names is not found.
struct SearchFilter: Hashable, Sendable {
    /// What can be filtered by, in the order in which a day is divided.
    enum Dimension: CaseIterable, Sendable {
        case httpMethod
        case clientName
        case templateURI
    }

    /// The search of the whole day.
    static let everything = SearchFilter()

    private var values: [Dimension: Set<ExactText>] = [:]

    private init() {}

    /// The values that are included; nil for all.
    subscript(dimension: Dimension) -> Set<ExactText>? {
        values[dimension]
    }

    /// The same search of some values of a dimension.
    func narrowed(_ dimension: Dimension, to included: some Sequence<ExactText>) -> SearchFilter {
        var filter = self
        filter.values[dimension] = Set(included)
        return filter
    }

    /// Whether a row of this value may be in the answer.
    func admits(_ text: String, _ dimension: Dimension) -> Bool {
        values[dimension]?.contains(ExactText(text: text)) ?? true
    }
}

// MARK: - As a part of the window

extension SearchFilter {
    /// Longest list of values that is spelled out, in bytes.
    private static let spelledOut = 100

    /// Names the search among those of one window: the same text for the same values, in this process and in the next.
    /// `""` for the whole day; otherwise `methods GET,PUT; names #2:…`.
    var part: String {
        Dimension.allCases.compactMap { dimension in
            guard let included = values[dimension] else { return nil }
            return "\(dimension.plural) \(Self.canonicalText(included.sorted()))"
        }
        .joined(separator: "; ")
    }

    /// A short list of harmless values is itself. Any other is its length and a digest; no value looks like that, since
    /// `#` is not harmless.
    private static func canonicalText(_ values: [ExactText]) -> String {
        let length = values.reduce(0) { $0 + $1.text.utf8.count + 1 }
        let isHarmless = values.allSatisfy { $0.text.utf8.allSatisfy(\.isHarmless) && !$0.text.isEmpty }
        if isHarmless, length <= spelledOut { return values.map(\.text).joined(separator: ",") }
        var digest = StableDigest()
        for value in values { digest.add(value.text) }
        return "#\(values.count):\(digest)"
    }
}

extension UInt8 {
    /// Letters, digits and what endpoint patterns are made of.
    fileprivate var isHarmless: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// FNV-1a of 128 bits: unlike Swift's own hashes the same in every process.
private struct StableDigest: CustomStringConvertible {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    /// Takes a text and where it ends; texts do not hold the byte 0xFF.
    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xff)
    }

    private mutating func add(_ byte: UInt8) {
        state ^= UInt128(byte)
        state &*= 0x0000_0000_0100_0000_0000_0000_0000_013b
    }

    /// 32 hexadecimal digits.
    var description: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

// MARK: - In words

extension SearchFilter: CustomStringConvertible {
    /// Most values of a dimension that are named.
    private static let named = 3

    /// For errors: `the part with methods "GET"; names "Billing Sync", "Wallboard", "" and 7 more`.
    var description: String {
        let parts = Dimension.allCases.compactMap { dimension -> String? in
            guard let included = values[dimension]?.sorted() else { return nil }
            let names = included.prefix(Self.named).map { "\"\($0.text.quotable(limit: 60))\"" }
            let more = included.count - names.count
            let list = names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            return "\(dimension.plural) \(list)"
        }
        return parts.isEmpty ? "the whole day" : "the part with " + parts.joined(separator: "; ")
    }
}

extension SearchFilter.Dimension {
    fileprivate var plural: String {
        switch self {
        case .httpMethod: "methods"
        case .clientName: "names"
        case .templateURI: "templates"
        }
    }
}
