import Postgres
import TestSupport

@testable import Warehouse

/// A year of made-up days of some organizations, one a seed, and what `usage.allowance_forecast` would have said in it.
///
/// No month is left out: the first one has no history, and each outage is in some month.
struct BackTest: Sendable {
    /// What the days are made of. Each is the product of its weekday, growth, noise and misfortunes.
    struct World: Sendable {
        var name: String
        /// Share by which the strongest weekday is above the mean one, and the weakest below.
        var weeklySwing = 0.4
        /// Share by which thirty days have more than the thirty before.
        var monthlyGrowth = 0.05
        /// Standard deviation of the logarithm of a day.
        var noise = 0.15
        /// Three days with a hundredth of the usual, somewhere.
        var hasOutage = true
        /// Twice the usage from some day on.
        var hasJump = false
        /// A third of the usage at Easter, in August and at Christmas.
        var hasHolidays = false
        /// Share of the days that were never stored.
        var gaps = 0.0
        /// How many organizations: seeds from 1.
        var seeds = 50
    }

    /// How good the forecasts were that knew so many days of their month.
    struct Accuracy: Sendable {
        let knownDays: Int
        /// Mean absolute error in percent of the truth: of the forecast, and of used ÷ days × days of the month.
        let error: Double
        let straightLineError: Double
        /// Percentage of the truths that lay inside the interval.
        let held: Double
        /// Mean width of the interval in percent of the truth.
        let width: Double
        /// The same errors of the first month alone.
        let firstMonthError: Double
        let firstMonthStraightLineError: Double
    }

    let world: World
    let lines: [Accuracy]

    /// Makes the world in the fixture's database, beside its own organization, and asks the view sixty times.
    init(_ world: World, _ fixture: Fixture) async throws {
        self.world = world
        lines = try await fixture.administration.withConnection(timeout: .seconds(300)) { connection in
            try Self.makeOrganizations(of: world, connection)
            try Self.makeDays(of: world, connection)
            try Self.makeForecasts(connection)
            return try Self.compare(connection, forecasts: world.seeds * 12)
        }
    }

    /// Mean over all known days.
    var error: Double { lines.map(\.error).reduce(0, +) / Double(lines.count) }
    var straightLineError: Double { lines.map(\.straightLineError).reduce(0, +) / Double(lines.count) }

    /// For the log of the tests.
    var table: String {
        let rows = lines.map { line in
            [
                "\(line.knownDays)", "\(line.error) %", "\(line.straightLineError) %", "\(line.held) %",
                "\(line.width) %",
                "\(line.firstMonthError) %", "\(line.firstMonthStraightLineError) %",
            ].map { String(repeating: " ", count: max(0, 15 - $0.count)) + $0 }.joined()
        }
        let heads = ["by day", "error", "straight line", "80 % held", "its width", "first month", "straight line"]
            .map { String(repeating: " ", count: 15 - $0.count) + $0 }.joined()
        return (["\(world.name)", heads] + rows).joined(separator: "\n")
    }

    private static func makeOrganizations(of world: World, _ connection: isolated PostgresConnection) throws {
        _ = try connection.execute(
            """
            INSERT INTO ingest.organization (organization_id, name, primary_dataset, first_seen_at, last_changed_at)
            SELECT 'seed-' || seed, 'Seed ' || seed, 'organization_query', '2025-01-01', '2025-01-01'
            FROM generate_series(1, \(world.seeds)::integer) AS seed
            """)
        try connection.executeScript(
            """
            UPDATE ingest.source_dataset SET start_date = '2025-01-01';
            INSERT INTO ingest.claim
            SELECT organization.organization_key, 'organization_query', source.source_key
            FROM ingest.organization CROSS JOIN ingest.source
            WHERE organization.organization_id LIKE 'seed-%';
            SELECT ingest.ensure_partition('2025-01-01');
            """)
    }

    /// The numbers that chance gives come from a hash of seed and day, so that they are the same everywhere.
    private static func makeDays(of world: World, _ connection: isolated PostgresConnection) throws {
        _ = try connection.execute(
            """
            CREATE TEMP TABLE day AS
            SELECT organization_key, usage_date, one < \(world.gaps)::double precision AS is_gap,
                round(
                    100000 * (1 + \(world.weeklySwing) * cos(2 * pi() * extract(isodow FROM usage_date)::integer / 7))
                    * exp(
                        ln(1 + \(world.monthlyGrowth)) * number / 30.4
                        + \(world.noise) * sqrt(-2 * ln(two)) * cos(2 * pi() * three)
                    )
                    * CASE WHEN \(world.hasOutage) AND number - outage BETWEEN 0 AND 2 THEN 0.01 ELSE 1 END
                    * CASE WHEN \(world.hasJump) AND number >= jump THEN 2 ELSE 1 END
                    * CASE
                        WHEN \(world.hasHolidays)
                            AND (number BETWEEN 108 AND 111 OR number BETWEEN 220 AND 229 OR number >= 357)
                            THEN 0.35
                        ELSE 1
                    END
                )::bigint AS requests
            FROM ingest.organization
            CROSS JOIN LATERAL (SELECT substring(organization_id FROM 'seed-(.*)') AS seed) AS given
            CROSS JOIN generate_series(0, 364) AS number
            CROSS JOIN LATERAL (SELECT date '2025-01-01' + number AS usage_date) AS calendar
            CROSS JOIN LATERAL (
                SELECT
                    20 + ('x' || left(md5(seed || '/outage'), 6))::bit(24)::integer % 340 AS outage,
                    60 + ('x' || left(md5(seed || '/jump'), 6))::bit(24)::integer % 240 AS jump
            ) AS misfortune
            CROSS JOIN LATERAL (
                SELECT
                    (('x' || substr(md5(seed || '/' || number), 1, 8))::bit(32)::bigint + 0.5) / 4294967296 AS two,
                    (('x' || substr(md5(seed || '/' || number), 9, 8))::bit(32)::bigint + 0.5) / 4294967296 AS three,
                    (('x' || substr(md5(seed || '/' || number), 17, 8))::bit(32)::bigint + 0.5) / 4294967296 AS one
            ) AS chance
            WHERE organization_id LIKE 'seed-%'
            """)
        try connection.executeScript(
            """
            INSERT INTO ingest.client_day
            SELECT requests, requests, 0, 0, 0, 0, 1, organization_key, 'organization_query', usage_date, 1
            FROM day WHERE NOT is_gap;
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
            )
            SELECT organization_key, 'organization_query', '', usage_date, 'covered', 1, 1, '2026-01-01', max(run_id)
            FROM day CROSS JOIN ingest.run WHERE NOT is_gap
            GROUP BY organization_key, usage_date;
            ANALYZE ingest.client_day, ingest.coverage, ingest.organization, ingest.claim;
            """)
    }

    /// After 5, 10, 15, 20 and 25 days of each month, at noon of the next.
    private static func makeForecasts(_ connection: isolated PostgresConnection) throws {
        try connection.executeScript(
            """
            CREATE TEMP TABLE made AS
            SELECT 0 AS known, organization_id, first_day, last_day, requests, projected, projected_low, projected_high
            FROM usage.allowance_forecast WHERE false;
            DO $$
            DECLARE
                month date;
                known integer;
            BEGIN
                FOR month IN SELECT generate_series(timestamp '2025-01-01', '2025-12-01', '1 month')::date LOOP
                    FOREACH known IN ARRAY ARRAY[5, 10, 15, 20, 25] LOOP
                        PERFORM set_config('usaged.now', (month + known) || ' 12:00Z', false);
                        INSERT INTO made
                        SELECT known, organization_id, first_day, last_day, requests, projected, projected_low,
                            projected_high
                        FROM usage.allowance_forecast WHERE organization_id LIKE 'seed-%';
                    END LOOP;
                END LOOP;
            END
            $$;
            """)
    }

    private static func compare(_ connection: isolated PostgresConnection, forecasts: Int) throws -> [Accuracy] {
        try connection.query(
            """
            WITH truth AS (
                SELECT organization_id, date_trunc('month', usage_date)::date AS first_day, sum(requests) AS requests
                FROM day INNER JOIN ingest.organization USING (organization_key)
                GROUP BY 1, 2
            ),
            stored AS (
                SELECT known, organization_id, made.first_day, count(*) AS days
                FROM made
                INNER JOIN ingest.organization USING (organization_id)
                INNER JOIN day USING (organization_key)
                WHERE NOT is_gap AND usage_date BETWEEN made.first_day AND made.first_day + known - 1
                GROUP BY 1, 2, 3
            ),
            compared AS (
                SELECT known, first_day = '2025-01-01' AS is_first,
                    100 * abs(projected / truth.requests - 1) AS error,
                    100 * abs(made.requests / days * (last_day - first_day + 1) / truth.requests - 1) AS line,
                    100 * coalesce(truth.requests BETWEEN projected_low AND projected_high, false)::integer AS held,
                    100 * (projected_high - projected_low) / truth.requests AS width
                FROM made
                INNER JOIN truth USING (organization_id, first_day)
                INNER JOIN stored USING (known, organization_id, first_day)
            )
            SELECT known::integer, count(*)::integer, round(avg(error), 1)::double precision,
                round(avg(line), 1)::double precision, round(avg(held), 1)::double precision,
                round(avg(width), 1)::double precision,
                round(avg(error) FILTER (WHERE is_first), 1)::double precision,
                round(avg(line) FILTER (WHERE is_first), 1)::double precision
            FROM compared GROUP BY known ORDER BY known
            """
        ).map { row in
            let (known, count, error, line, held, width, firstError, firstLine) = try row.decode(
                Int32.self, Int32.self, Double.self, Double.self, Double.self, Double.self, Double.self, Double.self)
            guard count == forecasts else { throw Fixture.NoRow() }
            return Accuracy(
                knownDays: Int(known), error: error, straightLineError: line, held: held, width: width,
                firstMonthError: firstError, firstMonthStraightLineError: firstLine)
        }
    }
}
