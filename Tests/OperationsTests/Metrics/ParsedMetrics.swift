/// A scrape, read as Prometheus reads its text format 0.0.4; strict, so that whatever it does not know is an error.
struct ParsedMetrics {
    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    struct Series: Hashable {
        let name: String
        let labels: [String: String]
    }

    private(set) var values: [Series: Double] = [:]
    private(set) var kinds: [String: String] = [:]
    private(set) var helps: [String: String] = [:]

    /// - Throws: ``Wrong`` for a line that is none, a series that is there twice, or one without type and help.
    init(_ text: String) throws {
        // By scalars: "\r\n" is one character of Swift, and a quote with an accent is none.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
        guard lines.last == "" else { throw Wrong(description: "the last line does not end") }
        for line in lines.dropLast() { try read(line) }
    }

    /// The value of a series; nil when there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        values[Series(name: name, labels: labels)]
    }

    private mutating func read(_ line: Substring) throws {
        if let help = line.wholeMatch(of: /# HELP (\S+) (.*)/.byScalars) {
            guard helps.updateValue(String(help.2), forKey: String(help.1)) == nil else {
                throw Wrong(description: "help twice: \(line)")
            }
        } else if let type = line.wholeMatch(of: /# TYPE (\S+) (counter|gauge)/.byScalars) {
            guard kinds.updateValue(String(type.2), forKey: String(type.1)) == nil else {
                throw Wrong(description: "type twice: \(line)")
            }
        } else if let sample = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/.byScalars) {
            guard let value = Self.number(sample.3) else { throw Wrong(description: "no number: \(line)") }
            let series = Series(name: String(sample.1), labels: try Self.labels(sample.2 ?? ""))
            guard kinds[series.name] != nil, helps[series.name] != nil else {
                throw Wrong(description: "no type or help: \(line)")
            }
            guard values.updateValue(value, forKey: series) == nil else { throw Wrong(description: "twice: \(line)") }
        } else {
            throw Wrong(description: "no line of the format: \(line)")
        }
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf": .infinity
        case "-Inf": -.infinity
        default: Double(text)
        }
    }

    private static func labels(_ text: Substring) throws -> [String: String] {
        var rest = text
        var labels: [String: String] = [:]
        while !rest.isEmpty {
            guard let name = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="/.byScalars) else {
                throw Wrong(description: "no label: \(text)")
            }
            rest = rest[name.range.upperBound...]
            guard labels.updateValue(try value(&rest), forKey: String(name.1)) == nil else {
                throw Wrong(description: "a label twice: \(text)")
            }
            if rest.unicodeScalars.first == "," { rest.unicodeScalars.removeFirst() }
        }
        return labels
    }

    private static func value(_ rest: inout Substring) throws -> String {
        var value = ""
        var scalars = rest.unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"":
                rest = Substring(scalars)
                return value
            case "\\":
                switch scalars.popFirst() {
                case "\\": value += "\\"
                case "\"": value += "\""
                case "n": value += "\n"
                default: throw Wrong(description: "an unknown escape")
                }
            default: value.unicodeScalars.append(scalar)
            }
        }
        throw Wrong(description: "a value without an end")
    }
}

extension Regex {
    /// The same, for lines of scalars in which anything may stand.
    fileprivate var byScalars: Regex { matchingSemantics(.unicodeScalar).dotMatchesNewlines() }
}
