-- What the views of questions share. Applied again whenever this text changes: columns are only added at the end.
--
-- They speak of each organization's primary dataset alone, and of days that have ended. A period is put before the rows it
-- sums: a question for one month makes that month, and reads that month's days, clients and partitions alone.

CREATE OR REPLACE VIEW ingest.primary_series AS
SELECT
    organization.organization_key,
    organization.organization_id,
    organization.name AS organization_name,
    source.name AS source,
    claim.dataset,
    -- Days whose sums retention gave up, too, are as if they had never been asked for.
    least(greatest(asked.start_date, retention.first_day), stored.first_day) AS first_day,
    -- Of what is not asked any more nothing is missing behind its last day.
    CASE
        WHEN source.is_configured AND asked.is_configured THEN ingest.today() - 1
        ELSE least(stored.last_day, ingest.today() - 1)
    END AS last_day,
    claim.dataset IN ('client_query', 'client_jobs') AS is_per_client,
    source.is_configured AND asked.is_configured AS is_configured
FROM ingest.organization AS organization
INNER JOIN ingest.claim AS claim
    ON organization.organization_key = claim.organization_key AND organization.primary_dataset = claim.dataset
INNER JOIN ingest.source AS source ON claim.source_key = source.source_key
INNER JOIN ingest.source_dataset AS asked ON claim.source_key = asked.source_key AND claim.dataset = asked.dataset
LEFT JOIN ingest.retention AS retention ON retention.subject = 'rollups'
CROSS JOIN LATERAL (
    SELECT min(ends.usage_date) AS first_day, max(ends.usage_date) AS last_day
    FROM ingest.client_day AS ends
    WHERE ends.organization_key = claim.organization_key AND ends.dataset = claim.dataset
) AS stored
WHERE claim.dataset NOT IN ('client_summary', 'channel_usage');
COMMENT ON VIEW ingest.primary_series IS
    'Organizations with a primary dataset that counts requests by day, and the days of which it is asked: from the first day owed or stored to yesterday.';
COMMENT ON COLUMN ingest.primary_series.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.primary_series.organization_id IS 'Its identifier.';
COMMENT ON COLUMN ingest.primary_series.organization_name IS 'Its current name.';
COMMENT ON COLUMN ingest.primary_series.source IS 'The source that its primary dataset belongs to.';
COMMENT ON COLUMN ingest.primary_series.dataset IS 'Its primary dataset.';
COMMENT ON COLUMN ingest.primary_series.first_day IS 'First day that is owed, its sums not given up by retention, or, if earlier, has usage stored.';
COMMENT ON COLUMN ingest.primary_series.last_day IS
    'Yesterday; where the dataset is not configured any more, its newest day with usage.';
COMMENT ON COLUMN ingest.primary_series.is_per_client IS
    'Whether it is asked client by client: then only a client''s own coverage tells whether its day is stored.';
COMMENT ON COLUMN ingest.primary_series.is_configured IS 'Whether it is asked for still.';

CREATE OR REPLACE VIEW ingest.primary_day AS
SELECT
    asked.organization_key,
    tried.usage_date,
    -- A day is as good as its worst client, and unavailable only when it is so for all.
    CASE
        WHEN bool_or(tried.state = 'failed') THEN 'failed'
        WHEN count(*) < asked.clients THEN 'gap'
        WHEN bool_and(tried.state = 'unavailable') THEN 'unavailable'
        WHEN bool_or(tried.state = 'provisional') THEN 'provisional'
        ELSE 'covered'
    END AS state,
    count(*) FILTER (WHERE tried.state = 'unavailable') AS clients_unavailable
FROM (
    SELECT
        claim.organization_key,
        claim.dataset,
        coalesce(client.client_id, '') AS client_id,
        count(*) OVER (PARTITION BY claim.organization_key) AS clients
    FROM ingest.organization AS organization
    INNER JOIN ingest.claim AS claim
        ON organization.organization_key = claim.organization_key AND organization.primary_dataset = claim.dataset
    LEFT JOIN ingest.source_client AS client
        ON claim.source_key = client.source_key
        AND claim.dataset IN ('client_query', 'client_jobs')
        AND client.is_asked
) AS asked
INNER JOIN ingest.coverage AS tried
    ON asked.organization_key = tried.organization_key
    AND asked.dataset = tried.dataset
    AND asked.client_id = tried.client_id
GROUP BY asked.organization_key, asked.clients, tried.usage_date;
COMMENT ON VIEW ingest.primary_day IS
    'State of each day of the primary dataset that was tried, for all clients together that are asked about. A day without a line is a gap.';
COMMENT ON COLUMN ingest.primary_day.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.primary_day.usage_date IS 'The UTC day.';
COMMENT ON COLUMN ingest.primary_day.state IS
    'failed, gap, provisional, covered or unavailable, as in usage.coverage; of several clients the worst.';
COMMENT ON COLUMN ingest.primary_day.clients_unavailable IS
    'For how many of the clients that are asked about the vendor refuses the day: of them nothing is known, whatever the state.';

CREATE OR REPLACE VIEW ingest.primary_month AS
SELECT
    series.organization_key,
    series.organization_id,
    series.organization_name,
    series.source,
    series.dataset,
    calendar.day::date AS month,
    calendar.day::date = date_trunc('month', ingest.today()::timestamp)::date AS is_current,
    period.end_day,
    period.end_day - calendar.day::date AS days_in_period,
    stored.days_stored,
    stored.days_provisional,
    stored.days_stored = period.end_day - calendar.day::date AS is_complete,
    stored.clients_unavailable
FROM ingest.primary_series AS series
CROSS JOIN LATERAL generate_series(
    date_trunc('month', series.first_day::timestamp), series.last_day::timestamp, interval '1 month'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT least((calendar.day + interval '1 month')::date, ingest.today()) AS end_day
) AS period
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE day.state IN ('provisional', 'covered')) AS days_stored,
        count(*) FILTER (WHERE day.state = 'provisional') AS days_provisional,
        coalesce(sum(day.clients_unavailable), 0)::bigint AS clients_unavailable
    FROM ingest.primary_day AS day
    WHERE day.organization_key = series.organization_key
        AND day.usage_date >= calendar.day::date
        AND day.usage_date < period.end_day
) AS stored;
COMMENT ON VIEW ingest.primary_month IS
    'Calendar months of each organization''s primary dataset that have at least one day behind them, and how much of each is stored.';
COMMENT ON COLUMN ingest.primary_month.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.primary_month.organization_id IS 'Its identifier.';
COMMENT ON COLUMN ingest.primary_month.organization_name IS 'Its current name.';
COMMENT ON COLUMN ingest.primary_month.source IS 'The source that its primary dataset belongs to.';
COMMENT ON COLUMN ingest.primary_month.dataset IS 'Its primary dataset.';
COMMENT ON COLUMN ingest.primary_month.month IS 'First day of the month.';
COMMENT ON COLUMN ingest.primary_month.is_current IS 'Whether today lies in it.';
COMMENT ON COLUMN ingest.primary_month.end_day IS 'The day after its last one that has ended.';
COMMENT ON COLUMN ingest.primary_month.days_in_period IS 'Days of it that have ended.';
COMMENT ON COLUMN ingest.primary_month.days_stored IS 'How many of these are stored; of several clients asked about, for all of them.';
COMMENT ON COLUMN ingest.primary_month.days_provisional IS 'How many of the stored ones may still change.';
COMMENT ON COLUMN ingest.primary_month.is_complete IS 'Whether every day of it that has ended is stored.';
COMMENT ON COLUMN ingest.primary_month.clients_unavailable IS
    'Of how many clients'' days nothing is known, because the vendor refuses them: the sum over the days.';

CREATE OR REPLACE VIEW ingest.named_client AS
SELECT
    client.client_key,
    client.organization_key,
    client.client_id,
    client.name AS client_name,
    client.client_id <> '' AND EXISTS (
        SELECT FROM ingest.source AS own
        WHERE own.organization_key = client.organization_key AND own.client_id = client.client_id
    ) AS is_own,
    -- Looked up where it is asked, and for stated names alone: whoever has an id is unambiguous.
    CASE
        WHEN client.stated_name = '' THEN false
        ELSE client.is_shared_name OR EXISTS (
            SELECT FROM ingest.shared_name AS shared
            WHERE shared.organization_key = client.organization_key AND shared.name = client.stated_name
        )
    END AS ambiguous_name
FROM ingest.oauth_client AS client;
COMMENT ON VIEW ingest.named_client IS 'OAuth clients as the views of questions show them.';
COMMENT ON COLUMN ingest.named_client.client_key IS 'The client, or the line of a stated name.';
COMMENT ON COLUMN ingest.named_client.organization_key IS 'Its organization.';
COMMENT ON COLUMN ingest.named_client.client_id IS 'The vendor''s identifier; empty when usage stated none.';
COMMENT ON COLUMN ingest.named_client.client_name IS 'Its current name, or the stated one.';
COMMENT ON COLUMN ingest.named_client.is_own IS 'Whether usaged itself authenticates as this client.';
COMMENT ON COLUMN ingest.named_client.ambiguous_name IS
    'Whether the name, stated without an id, is or was that of several clients.';
