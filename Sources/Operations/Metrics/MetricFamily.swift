/// A metric: its name, what it means, and its series.
///
/// A family cannot have two series of the same labels: setting one again replaces its value.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Only grows, and begins anew at 0 when the process does or its configuration was read again (SIGHUP) and
        /// has changed. `rate` and `increase` of Prometheus take that into account.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// A number as it is written: counts exactly, all others as the shortest decimal that means the same.
    package enum Value: Equatable, Sendable {
        case count(Int64)
        case number(Double)
    }

    /// `usaged_rows_stored_total`: letters, digits, `_` and `:`, no digit first.
    package let name: String
    package let kind: Kind
    /// One sentence.
    package let help: String
    /// By their labels; without any, the family has one series.
    package private(set) var series: [[String: String]: Value] = [:]

    package init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Sets the value of the series with these labels.
    package mutating func set(_ value: Value, _ labels: [String: String] = [:]) {
        series[labels] = value
    }

    /// Sets the value of the series with these labels.
    package mutating func set(_ count: some BinaryInteger, _ labels: [String: String] = [:]) {
        set(.count(Int64(clamping: count)), labels)
    }
}

// MARK: - Text

extension MetricFamily {
    /// What the text below is, for the header `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The families in Prometheus' text format 0.0.4, their series in the order of their labels. A family without a
    /// series is left out.
    package static func text(of families: [MetricFamily]) -> String {
        families.map(\.text).joined()
    }

    private var text: String {
        guard !series.isEmpty else { return "" }
        var text = "# HELP \(name) \(help.escaped(quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        let lines = series.map { labels, value in
            let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value.escaped(quotes: true))\"" }
            return name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") + " \(value.text)\n"
        }
        for line in lines.sorted() { text += line }
        return text
    }
}

extension MetricFamily.Value {
    fileprivate var text: String {
        switch self {
        case .count(let count): "\(count)"
        case .number(let number) where number.isNaN: "NaN"
        case .number(let number) where number.isInfinite: number < 0 ? "-Inf" : "+Inf"
        case .number(let number): "\(number)"
        }
    }
}

extension String {
    /// The format escapes a backslash and a line's end, and in values of labels the quotes around them.
    fileprivate func escaped(quotes: Bool) -> String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
