-- A month's coverage at a glance, what was restated of it, and the units of channels. Applied again whenever this text
-- changes: columns are only added at the end.

CREATE OR REPLACE VIEW usage.coverage_calendar AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    series.source,
    series.dataset::text AS dataset,
    calendar.day::date AS month,
    calendar.day::date = date_trunc('month', (series.last_day + 1)::timestamp)::date AS is_current,
    strip.days_owed,
    strip.days_covered,
    strip.days_provisional,
    strip.days_failed,
    strip.days_gap,
    strip.days_unavailable,
    strip.days_covered + strip.days_provisional = strip.days_owed AS is_complete,
    strip.strip,
    CASE WHEN series.is_per_client THEN series.clients END AS clients
FROM (
    SELECT
        owed.source,
        owed.dataset,
        owed.organization_key,
        owed.start_date,
        owed.last_day,
        owed.is_per_client,
        count(*) AS series,
        count(nullif(owed.client_id, '')) AS clients
    FROM ingest.owed_series AS owed
    WHERE owed.owes_days
    GROUP BY owed.source, owed.dataset, owed.organization_key, owed.start_date, owed.last_day, owed.is_per_client
) AS series
LEFT JOIN ingest.organization AS organization ON series.organization_key = organization.organization_key
CROSS JOIN LATERAL generate_series(
    date_trunc('month', series.start_date::timestamp), series.last_day::timestamp, interval '1 month'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE day.is_owed) AS days_owed,
        count(*) FILTER (WHERE day.is_owed AND day.sign = '#') AS days_covered,
        count(*) FILTER (WHERE day.is_owed AND day.sign = '+') AS days_provisional,
        count(*) FILTER (WHERE day.is_owed AND day.sign = 'X') AS days_failed,
        count(*) FILTER (WHERE day.is_owed AND day.sign = '.') AS days_gap,
        count(*) FILTER (WHERE day.is_owed AND day.sign = '-') AS days_unavailable,
        string_agg(day.sign, '' ORDER BY day.usage_date) AS strip
    FROM (
        SELECT
            month_day.day::date AS usage_date,
            month_day.day::date BETWEEN series.start_date AND series.last_day AS is_owed,
            -- A day is as good as its worst client, and unavailable only when it is so for all: as in usaged status, by the same signs.
            CASE
                WHEN tried.has_failed THEN 'X'
                WHEN tried.clients = series.series THEN CASE
                    WHEN tried.is_unavailable THEN '-'
                    WHEN tried.is_provisional THEN '+'
                    ELSE '#'
                END
                WHEN month_day.day::date BETWEEN series.start_date AND series.last_day THEN '.'
                ELSE ' '
            END AS sign
        FROM generate_series(
            calendar.day, calendar.day + interval '1 month' - interval '1 day', interval '1 day'
        ) AS month_day (day)
        LEFT JOIN (
            SELECT
                stored.usage_date,
                count(*) AS clients,
                bool_or(stored.state = 'failed') AS has_failed,
                bool_and(stored.state = 'unavailable') AS is_unavailable,
                bool_or(stored.state = 'provisional') AS is_provisional
            FROM ingest.owed_series AS owed
            INNER JOIN ingest.coverage AS stored
                ON owed.organization_key = stored.organization_key
                AND owed.dataset = stored.dataset
                AND owed.client_id = stored.client_id
            WHERE owed.source = series.source
                AND owed.dataset = series.dataset
                AND stored.usage_date >= calendar.day::date
                AND stored.usage_date < (calendar.day + interval '1 month')::date
            GROUP BY stored.usage_date
        ) AS tried ON month_day.day::date = tried.usage_date
    ) AS day
) AS strip;

CREATE OR REPLACE VIEW usage.restatement_by_month AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    source.name AS source,
    total.dataset::text AS dataset,
    calendar.day::date AS month,
    total.days_changed,
    total.rows_appeared,
    total.rows_changed,
    total.rows_vanished,
    total.requests_added,
    total.requests_removed,
    total.requests_added - total.requests_removed AS requests_change,
    total.first_changed_at,
    total.last_changed_at,
    total.days_late
FROM ingest.organization AS organization
CROSS JOIN LATERAL (
    SELECT min(ends.usage_date) AS first_day, max(ends.usage_date) AS last_day
    FROM ingest.restatement AS ends
    WHERE ends.organization_key = organization.organization_key
) AS journal
CROSS JOIN LATERAL generate_series(
    date_trunc('month', journal.first_day::timestamp), journal.last_day::timestamp, interval '1 month'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT
        change.dataset,
        count(DISTINCT change.usage_date) AS days_changed,
        count(*) FILTER (WHERE change.old_requests IS NULL) AS rows_appeared,
        count(*) FILTER (WHERE change.old_requests IS NOT NULL AND change.new_requests IS NOT NULL) AS rows_changed,
        count(*) FILTER (WHERE change.new_requests IS NULL) AS rows_vanished,
        sum(greatest(coalesce(change.new_requests, 0) - coalesce(change.old_requests, 0), 0))::bigint AS requests_added,
        sum(greatest(coalesce(change.old_requests, 0) - coalesce(change.new_requests, 0), 0))::bigint
            AS requests_removed,
        min(change.changed_at) AS first_changed_at,
        max(change.changed_at) AS last_changed_at,
        max((change.changed_at AT TIME ZONE 'UTC')::date - change.usage_date) AS days_late
    FROM ingest.restatement AS change
    WHERE change.organization_key = organization.organization_key
        AND change.usage_date >= calendar.day::date
        AND change.usage_date < (calendar.day + interval '1 month')::date
    GROUP BY change.dataset
) AS total
LEFT JOIN ingest.claim AS claim
    ON organization.organization_key = claim.organization_key AND total.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key;

COMMENT ON VIEW usage.coverage_calendar IS
    'Which days are there: one line a source, dataset and calendar month, from the first month owed to the present one, with a strip of one sign a day. Of a dataset that is asked per client a day is as good as its worst client; usage.coverage tells which. Signs: # covered, + provisional, . gap, X failed, - unavailable, blank not owed. Snapshots (client_summary) are owed for no day and not shown.';
COMMENT ON COLUMN usage.coverage_calendar.organization_id IS
    'Organization of the source; NULL until it has authenticated once.';
COMMENT ON COLUMN usage.coverage_calendar.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.coverage_calendar.source IS 'Configured account that owes the days.';
COMMENT ON COLUMN usage.coverage_calendar.dataset IS 'Which question is asked.';
COMMENT ON COLUMN usage.coverage_calendar.month IS
    'First day of the month: UTC, for channel_usage of the organization''s own zone.';
COMMENT ON COLUMN usage.coverage_calendar.is_current IS 'Whether it is the present month.';
COMMENT ON COLUMN usage.coverage_calendar.days_owed IS
    'Days of the month that are owed: from the start date to yesterday.';
COMMENT ON COLUMN usage.coverage_calendar.days_covered IS 'Of these: stored and settled.';
COMMENT ON COLUMN usage.coverage_calendar.days_provisional IS 'Of these: stored, may still change.';
COMMENT ON COLUMN usage.coverage_calendar.days_failed IS 'Of these: tried, never stored, for some client at least.';
COMMENT ON COLUMN usage.coverage_calendar.days_gap IS 'Of these: never fetched, for some client at least.';
COMMENT ON COLUMN usage.coverage_calendar.days_unavailable IS
    'Of these: the API will never give them, for no client.';
COMMENT ON COLUMN usage.coverage_calendar.is_complete IS 'Whether every day owed is stored.';
COMMENT ON COLUMN usage.coverage_calendar.strip IS
    'One sign a day of the month, the first of the month first: # + . X - or blank.';
COMMENT ON COLUMN usage.coverage_calendar.clients IS
    'OAuth clients asked about; NULL where the dataset is not asked per client.';

COMMENT ON VIEW usage.restatement_by_month IS
    'How much the vendor changed afterwards: one line an organization, dataset and calendar month (UTC) of the days that changed, from usage.restatement. A row that changed twice counts twice. A month without a line never changed. Units of channels: usage.channel_restatement.';
COMMENT ON COLUMN usage.restatement_by_month.organization_id IS 'Organization whose usage is measured.';
COMMENT ON COLUMN usage.restatement_by_month.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.restatement_by_month.source IS 'Configured account that the changes came through.';
COMMENT ON COLUMN usage.restatement_by_month.dataset IS 'Which question was asked; datasets are never added.';
COMMENT ON COLUMN usage.restatement_by_month.month IS 'First day of the month in which the changed days lie.';
COMMENT ON COLUMN usage.restatement_by_month.days_changed IS
    'Days of which anything changed after they had first been stored.';
COMMENT ON COLUMN usage.restatement_by_month.rows_appeared IS 'Rows that such a day had not had before.';
COMMENT ON COLUMN usage.restatement_by_month.rows_changed IS 'Rows whose counters changed.';
COMMENT ON COLUMN usage.restatement_by_month.rows_vanished IS 'Rows that the vendor no longer states.';
COMMENT ON COLUMN usage.restatement_by_month.requests_added IS
    'Requests by which rows grew, those that appeared included.';
COMMENT ON COLUMN usage.restatement_by_month.requests_removed IS
    'Requests by which rows shrank, those that vanished included.';
COMMENT ON COLUMN usage.restatement_by_month.requests_change IS
    'requests_added minus requests_removed: by how much the month''s total changed.';
COMMENT ON COLUMN usage.restatement_by_month.first_changed_at IS 'When the first of these changes was stored.';
COMMENT ON COLUMN usage.restatement_by_month.last_changed_at IS 'When the last of these changes was stored.';
COMMENT ON COLUMN usage.restatement_by_month.days_late IS
    'How many days after its date the latest change of a day was found: a lookback of so many days finds them all.';
