import Operations
import Randomness
import Testing

@Suite struct MetricFamilyTests {
    @Test func `help, type and series are written as Prometheus reads them`() {
        var rows = MetricFamily("usaged_rows_stored_total", .counter, "Rows, by \\ what\nbecame of them.")
        rows.set(7, ["source": "acme", "outcome": "inserted"])
        rows.set(0, ["outcome": "deleted", "source": "a\"b\\c\nd"])
        var up = MetricFamily("usaged_database_up", .gauge, "Whether it is there.")
        up.set(1)
        #expect(
            MetricFamily.text(of: [rows, MetricFamily("usaged_empty", .gauge, "Nothing."), up]) == """
                # HELP usaged_rows_stored_total Rows, by \\\\ what\\nbecame of them.
                # TYPE usaged_rows_stored_total counter
                usaged_rows_stored_total{outcome="deleted",source="a\\"b\\\\c\\nd"} 0
                usaged_rows_stored_total{outcome="inserted",source="acme"} 7
                # HELP usaged_database_up Whether it is there.
                # TYPE usaged_database_up gauge
                usaged_database_up 1

                """)
    }

    @Test(arguments: [
        (MetricFamily.Value.count(.max), "9223372036854775807"), (.number(0.5), "0.5"), (.number(.nan), "NaN"),
        (.number(.infinity), "+Inf"), (.number(-.infinity), "-Inf"), (.number(1_741_219_200), "1741219200.0"),
    ])
    func `a value is a decimal, or one of three words`(value: MetricFamily.Value, text: String) {
        var family = MetricFamily("m", .gauge, "h")
        family.set(value)
        #expect(MetricFamily.text(of: [family]).hasSuffix("\nm \(text)\n"))
    }

    @Test func `a count beyond the greatest is the greatest`() {
        var family = MetricFamily("m", .gauge, "h")
        family.set(UInt64.max)
        #expect(family.series[[:]] == .count(.max))
    }

    @Test(arguments: UInt64(1)...40)
    func `whatever is set can be read again, and no series is there twice`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var families: [MetricFamily] = []
        for number in 0..<Int.random(in: 0...5, using: &random) {
            let kind = MetricFamily.Kind.allCases.randomElement(using: &random) ?? .gauge
            var family = MetricFamily("m_\(number)", kind, Self.text(&random))
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let names = ["a", "b", "c"].prefix(Int.random(in: 0...3, using: &random))
                let labels = Dictionary(uniqueKeysWithValues: names.map { ($0, Self.text(&random)) })
                // Set twice: the later value must win.
                family.set(.number(-1), labels)
                family.set(.number(Double.random(in: -1e12...1e12, using: &random)), labels)
            }
            families.append(family)
        }
        let parsed = try ParsedMetrics(MetricFamily.text(of: families))
        #expect(parsed.values.count == families.reduce(0) { $0 + $1.series.count })
        for family in families {
            for (labels, value) in family.series {
                #expect(parsed.value(family.name, labels).map(MetricFamily.Value.number) == value)
            }
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = [
            "\\", "\"", "\n", "n", "{", "}", ",", "=", " ", "\r", "\0", "é", "\u{301}", "😀",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            if let scalar = scalars.randomElement(using: &random) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
