import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// `ingest.forecast` by itself.
@Suite(.database) struct ForecastTests {
    private func forecast(_ amounts: String, _ first: String, _ last: String, allowance: Int = 1000) async throws
        -> String
    {
        try await TestDatabase.current.pool().withConnection { connection in
            try connection.query(
                """
                SELECT concat_ws('|', history_days, estimated_days, round(projected, 3), round(projected_low, 3),
                    round(projected_high, 3), coalesce(exhausted_on::text, 'never'), round(weekly_growth, 9))
                FROM ingest.forecast(
                    '2025-01-01', \(unsafe: amounts), \(first)::date, \(last)::date, \(Int64(allowance))::numeric
                )
                """
            ).map { try $0.decode(String.self) }.joined()
        }
    }

    /// How many days are known, the period, and what another program (in Python, of the description alone) says.
    static let answers: [(known: Int, first: String, last: String, answer: String)] = [
        (91, "2025-04-01", "2025-04-30", "91|0|40360.864|38301.017|42535.291|2025-04-23|0.011129833"),
        (77, "2025-03-01", "2025-03-31", "77|0|36033.778|34918.163|37227.767|2025-03-27|0.009532629"),
        (105, "2025-04-01", "2025-04-30", "91|0|39516.271|38315.238|40793.787|2025-04-23|0.007693615"),
    ]

    @Test(arguments: answers)
    func `an uneven series with an outage is carried on as its description says`(
        _ known: Int, _ first: String, _ last: String, _ answer: String
    ) async throws {
        let amounts = """
            ARRAY(
                SELECT CASE
                    WHEN i BETWEEN 60 AND 62 THEN 3
                    ELSE 1000 + i * 37 % 101 * 5 - CASE WHEN i % 7 > 4 THEN 400 ELSE 0 END + 2 * i
                END::numeric
                FROM generate_series(0, \(known - 1)) AS i ORDER BY i
            )
            """
        #expect(try await forecast(amounts, first, last, allowance: 30_000) == answer)
    }

    /// Amounts from January 1, the last day of the period, and the answer, where nothing or next to nothing is known.
    static let poor: [(amounts: String, last: String, answer: String)] = [
        // Nothing: nothing is said.
        ("'{}'", "2025-01-31", "0|0|never"),
        ("'{NULL,NULL}'", "2025-01-31", "0|2|never"),
        // A straight line, without an interval before four days are known.
        ("'{50}'", "2025-01-31", "1|0|1550.000|2025-01-21|0.000000000"),
        ("'{50,50,NULL,50}'", "2025-01-31", "3|1|1550.000|2025-01-21|0.000000000"),
        // Nothing is used: that is carried on, and no interval can be told from it.
        ("array_fill(0::numeric, ARRAY[60])", "2025-03-31", "60|0|0.000|never"),
        // What ended weeks ago does not come again.
        (
            "array_fill(50::numeric, ARRAY[31]) || array_fill(0::numeric, ARRAY[28])", "2025-03-31",
            "59|0|1550.000|2025-01-21|0.000000000"
        ),
        // All is known: nothing is left to doubt.
        ("array_fill(50::numeric, ARRAY[31])", "2025-01-31", "31|0|1550.000|1550.000|1550.000|2025-01-21|0.000000000"),
    ]

    @Test(arguments: poor)
    func `little history gives no more than it can`(_ amounts: String, _ last: String, _ answer: String) async throws {
        let told = try await forecast(amounts, "2025-01-01", last)
        #expect(told == answer)
    }

    /// What the view's comment says it is weak at: each day's amount since January 1, the newest day, and what is said of June.
    static let weak: [(amount: String, newest: String, answer: String)] = [
        // A monthly job, of which 30,000 are to come: nothing knows of it.
        (
            "CASE WHEN extract(day FROM day) = 28 THEN 31000 ELSE 1000 END", "2025-06-10",
            "91|0|30000.000|29600.447|30407.698|2025-06-08|0.000000000"
        ),
        // Usage that stopped eleven days ago: a part is carried on, but perhaps nothing comes.
        (
            "CASE WHEN day > '2025-06-08' THEN 0 ELSE 1000 END", "2025-06-19",
            "91|0|9767.857|8000.000|11430.134|2025-06-08|0.000000000"
        ),
        // Usage that stopped six days ago: a low end of more than is stored.
        (
            "CASE WHEN day > '2025-06-08' THEN 0 ELSE 1000 END", "2025-06-14",
            "91|0|10285.714|9409.726|11706.032|2025-06-08|0.000000000"
        ),
        // Use that began from nothing is taken for growth.
        (
            "CASE WHEN day < '2025-06-05' THEN 0 ELSE 10 END", "2025-06-20",
            "91|0|233.226|163.646|1630.778|never|0.050000000"
        ),
    ]

    @Test(arguments: weak)
    func `what has no level of weeks is forecast no better than is said of it`(
        _ amount: String, _ newest: String, _ answer: String
    ) async throws {
        let amounts = """
            ARRAY(
                SELECT (\(amount))::numeric
                FROM generate_series('2025-01-01', '\(newest)', interval '1 day') AS day ORDER BY day
            )
            """
        #expect(try await forecast(amounts, "2025-06-01", "2025-06-30", allowance: 7500) == answer)
    }

    @Test func `a steady week is carried on whatever the period's first days are`() async throws {
        // A hundred on working days and nothing at the weekend: nine weeks, then the first days of March.
        for known in 60...80 {
            let amounts = """
                ARRAY(
                    SELECT CASE WHEN extract(isodow FROM date '2025-01-01' + i) < 6 THEN 100 ELSE 0 END::numeric
                    FROM generate_series(0, \(known - 1)) AS i ORDER BY i
                )
                """
            let projected = try await TestDatabase.current.pool().withConnection { connection in
                try connection.query(
                    """
                    SELECT projected::double precision
                    FROM ingest.forecast('2025-01-01', \(unsafe: amounts), '2025-03-01', '2025-03-31', NULL)
                    """
                ).map { try $0.decode(Double.self) }.first
            }
            // 21 working days.
            let total = try #require(projected)
            #expect(abs(total - 2100) < 42, "\(known): \(total)")
        }
    }

    @Test func `an interval grows with the noise and with the distance, and holds what is projected`() async throws {
        var widths: [Double] = []
        for (noise, known) in [(0.1, 70), (0.1, 85), (0.3, 70), (0.3, 85)] {
            let amounts = """
                ARRAY(
                    SELECT (1000 * (1 + \(noise) * sin(i * i)))::numeric
                    FROM generate_series(0, \(known - 1)) AS i ORDER BY i
                )
                """
            let row = try await TestDatabase.current.pool().withConnection { connection in
                try connection.query(
                    """
                    SELECT projected_low::double precision, projected::double precision, projected_high::double precision
                    FROM ingest.forecast('2025-01-01', \(unsafe: amounts), '2025-03-01', '2025-03-31', NULL)
                    """
                ).map { try $0.decode(Double.self, Double.self, Double.self) }.first
            }
            let (low, projected, high) = try #require(row)
            #expect(low < projected && projected < high)
            widths.append(high - low)
        }
        #expect(widths[1] < widths[0] && widths[3] < widths[2] && widths[0] < widths[2] && widths[1] < widths[3])
    }
}
