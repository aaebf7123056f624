-- How each day differs from the day before and from the same day of the week before. Applied again whenever this text
-- changes: columns are only added at the end.
--
-- Each day fetches the two it is compared with by itself, so that the first days of a question have theirs, too.

CREATE OR REPLACE VIEW ingest.primary_calendar AS
SELECT
    series.organization_key,
    series.organization_id,
    series.organization_name,
    series.source,
    series.dataset,
    calendar.day::date AS usage_date,
    coalesce(tried.state, 'gap') AS state,
    tried.is_stored,
    tried.day_before_is_stored,
    tried.week_before_is_stored,
    series.is_per_client,
    tried.clients_unavailable,
    tried.day_before_clients_unavailable,
    tried.week_before_clients_unavailable
FROM ingest.primary_series AS series
CROSS JOIN LATERAL generate_series(
    series.first_day::timestamp, series.last_day::timestamp, interval '1 day'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT
        max(day.state) FILTER (WHERE day.usage_date = calendar.day::date) AS state,
        count(*) FILTER (WHERE day.usage_date = calendar.day::date AND day.state IN ('provisional', 'covered')) = 1
            AS is_stored,
        count(*) FILTER (
            WHERE day.usage_date = calendar.day::date - 1 AND day.state IN ('provisional', 'covered')
        ) = 1 AS day_before_is_stored,
        count(*) FILTER (
            WHERE day.usage_date = calendar.day::date - 7 AND day.state IN ('provisional', 'covered')
        ) = 1 AS week_before_is_stored,
        coalesce(max(day.clients_unavailable) FILTER (WHERE day.usage_date = calendar.day::date), 0)
        AS clients_unavailable,
        coalesce(max(day.clients_unavailable) FILTER (WHERE day.usage_date = calendar.day::date - 1), 0)
        AS day_before_clients_unavailable,
        coalesce(max(day.clients_unavailable) FILTER (WHERE day.usage_date = calendar.day::date - 7), 0)
        AS week_before_clients_unavailable
    FROM ingest.primary_day AS day
    WHERE day.organization_key = series.organization_key
        AND day.usage_date = ANY (ARRAY[calendar.day::date, calendar.day::date - 1, calendar.day::date - 7])
) AS tried;
COMMENT ON VIEW ingest.primary_calendar IS
    'Every day of each organization''s primary dataset that has ended, stored or not, and whether the days that it is compared with are stored.';
COMMENT ON COLUMN ingest.primary_calendar.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.primary_calendar.organization_id IS 'Its identifier.';
COMMENT ON COLUMN ingest.primary_calendar.organization_name IS 'Its current name.';
COMMENT ON COLUMN ingest.primary_calendar.source IS 'The source that its primary dataset belongs to.';
COMMENT ON COLUMN ingest.primary_calendar.dataset IS 'Its primary dataset.';
COMMENT ON COLUMN ingest.primary_calendar.usage_date IS 'The UTC day.';
COMMENT ON COLUMN ingest.primary_calendar.state IS 'As in ingest.primary_day; gap where that has no line.';
COMMENT ON COLUMN ingest.primary_calendar.is_stored IS 'Whether the day is stored, for every client that is asked about.';
COMMENT ON COLUMN ingest.primary_calendar.day_before_is_stored IS 'Whether the day before is.';
COMMENT ON COLUMN ingest.primary_calendar.week_before_is_stored IS 'Whether the day a week before is.';
COMMENT ON COLUMN ingest.primary_calendar.is_per_client IS 'Whether the dataset is asked client by client.';
COMMENT ON COLUMN ingest.primary_calendar.clients_unavailable IS
    'Of how many clients that are asked about nothing is known, because the vendor refuses their day.';
COMMENT ON COLUMN ingest.primary_calendar.day_before_clients_unavailable IS 'The same of the day before.';
COMMENT ON COLUMN ingest.primary_calendar.week_before_clients_unavailable IS 'The same of the day a week before.';

CREATE OR REPLACE VIEW usage.usage_by_day AS
SELECT
    calendar.organization_id,
    calendar.organization_name,
    calendar.source,
    calendar.dataset::text AS dataset,
    calendar.usage_date,
    calendar.state,
    CASE WHEN calendar.is_stored THEN coalesce(total.requests, 0) ELSE total.requests END::bigint AS requests,
    CASE WHEN calendar.is_stored THEN coalesce(total.status_200, 0) ELSE total.status_200 END::bigint AS status_200,
    CASE WHEN calendar.is_stored THEN coalesce(total.status_300, 0) ELSE total.status_300 END::bigint AS status_300,
    CASE WHEN calendar.is_stored THEN coalesce(total.status_400, 0) ELSE total.status_400 END::bigint AS status_400,
    CASE WHEN calendar.is_stored THEN coalesce(total.status_429, 0) ELSE total.status_429 END::bigint AS status_429,
    CASE WHEN calendar.is_stored THEN coalesce(total.status_500, 0) ELSE total.status_500 END::bigint AS status_500,
    compared.day_before_requests::bigint AS day_before_requests,
    (whole.requests - whole.day_before_requests)::bigint AS day_before_change,
    round(
        100 * (whole.requests - whole.day_before_requests) / nullif(whole.day_before_requests, 0), 2
    ) AS day_before_change_percent,
    compared.week_before_requests::bigint AS week_before_requests,
    (whole.requests - whole.week_before_requests)::bigint AS week_before_change,
    round(
        100 * (whole.requests - whole.week_before_requests) / nullif(whole.week_before_requests, 0), 2
    ) AS week_before_change_percent,
    calendar.clients_unavailable
FROM ingest.primary_calendar AS calendar
CROSS JOIN LATERAL (
    SELECT
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date) AS requests,
        sum(day.status_200) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_200,
        sum(day.status_300) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_300,
        sum(day.status_400) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_400,
        sum(day.status_429) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_429,
        sum(day.status_500) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_500,
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date - 1) AS day_before_requests,
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date - 7) AS week_before_requests
    FROM ingest.client_day AS day
    WHERE day.organization_key = calendar.organization_key
        AND day.dataset = calendar.dataset
        AND day.usage_date = ANY (ARRAY[calendar.usage_date, calendar.usage_date - 1, calendar.usage_date - 7])
) AS total
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN calendar.is_stored THEN coalesce(total.requests, 0) END AS requests,
        CASE WHEN calendar.day_before_is_stored THEN coalesce(total.day_before_requests, 0) END AS day_before_requests,
        CASE WHEN calendar.week_before_is_stored THEN coalesce(total.week_before_requests, 0) END AS week_before_requests
) AS compared
-- Sums that lack a client are no amounts to compare.
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN calendar.clients_unavailable = 0 THEN compared.requests END AS requests,
        CASE WHEN calendar.day_before_clients_unavailable = 0 THEN compared.day_before_requests END
        AS day_before_requests,
        CASE WHEN calendar.week_before_clients_unavailable = 0 THEN compared.week_before_requests END
        AS week_before_requests
) AS whole;

CREATE OR REPLACE VIEW usage.client_by_day AS
SELECT
    calendar.organization_id,
    calendar.organization_name,
    calendar.usage_date,
    calendar.state,
    client.client_id,
    client.client_name,
    compared.requests::bigint AS requests,
    compared.status_429::bigint AS status_429,
    compared.day_before_requests::bigint AS day_before_requests,
    (compared.requests - compared.day_before_requests)::bigint AS day_before_change,
    round(
        100 * (compared.requests - compared.day_before_requests) / nullif(compared.day_before_requests, 0), 2
    ) AS day_before_change_percent,
    compared.week_before_requests::bigint AS week_before_requests,
    (compared.requests - compared.week_before_requests)::bigint AS week_before_change,
    round(
        100 * (compared.requests - compared.week_before_requests) / nullif(compared.week_before_requests, 0), 2
    ) AS week_before_change_percent,
    client.is_own,
    client.ambiguous_name
FROM ingest.primary_calendar AS calendar
CROSS JOIN LATERAL (
    SELECT
        day.client_key,
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date) AS requests,
        sum(day.status_429) FILTER (WHERE day.usage_date = calendar.usage_date) AS status_429,
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date - 1) AS day_before_requests,
        sum(day.requests) FILTER (WHERE day.usage_date = calendar.usage_date - 7) AS week_before_requests
    FROM ingest.client_day AS day
    WHERE day.organization_key = calendar.organization_key
        AND day.dataset = calendar.dataset
        AND day.usage_date = ANY (ARRAY[calendar.usage_date, calendar.usage_date - 1, calendar.usage_date - 7])
    GROUP BY day.client_key
) AS total
LEFT JOIN ingest.named_client AS client ON total.client_key = client.client_key
-- Where clients are asked about one by one, a day without a row is a 0 only if this client's own is stored.
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE day.usage_date = calendar.usage_date) = 1 AS is_stored,
        count(*) FILTER (WHERE day.usage_date = calendar.usage_date - 1) = 1 AS day_before_is_stored,
        count(*) FILTER (WHERE day.usage_date = calendar.usage_date - 7) = 1 AS week_before_is_stored
    FROM ingest.coverage AS day
    WHERE day.organization_key = calendar.organization_key
        AND day.dataset = calendar.dataset
        AND day.client_id = client.client_id
        AND day.usage_date = ANY (ARRAY[calendar.usage_date, calendar.usage_date - 1, calendar.usage_date - 7])
        AND day.state IN ('provisional', 'covered')
) AS own ON calendar.is_per_client
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN coalesce(own.is_stored, calendar.is_stored) THEN 0 END AS requests,
        CASE WHEN coalesce(own.day_before_is_stored, calendar.day_before_is_stored) THEN 0 END AS day_before_requests,
        CASE WHEN coalesce(own.week_before_is_stored, calendar.week_before_is_stored) THEN 0 END AS week_before_requests
) AS zero
-- What is stored of a client is known even while the day lacks others.
CROSS JOIN LATERAL (
    SELECT
        coalesce(total.requests, zero.requests) AS requests,
        coalesce(total.status_429, zero.requests) AS status_429,
        coalesce(total.day_before_requests, zero.day_before_requests) AS day_before_requests,
        coalesce(total.week_before_requests, zero.week_before_requests) AS week_before_requests
) AS compared;

COMMENT ON VIEW usage.usage_by_day IS
    'How much each day differs from the day before and from the same day of the week before: one line an organization and UTC day of its primary dataset, from the first one owed or stored to yesterday, stored or not. What is not stored is NULL, never 0, and is compared with nothing; nor is a day that lacks the clients that the vendor refuses (clients_unavailable).';
COMMENT ON VIEW usage.client_by_day IS
    'How much each OAuth client''s day differs from the day before and from the same day of the week before: one line an organization, UTC day and client with usage in the primary dataset on one of the three days. 0 says "stored, and no usage" (where the dataset is asked per client: of this client); what is not stored is NULL and is compared with nothing.';

DO $$
DECLARE
    commented record;
BEGIN
    FOR commented IN
        SELECT view.name AS view_name, comments.column_name, comments.comment_text
        FROM unnest(ARRAY['usage_by_day', 'client_by_day']) AS view (name)
        CROSS JOIN (VALUES
            ('organization_id', 'Organization whose usage is measured, the vendor''s identifier.'),
            ('organization_name', 'Its current name.'),
            ('source', 'Configured account that its primary dataset comes through.'),
            ('dataset', 'Its primary dataset, which alone is counted here.'),
            ('usage_date', 'UTC day.'),
            ('state',
                'gap, failed, provisional, covered or unavailable, as in usage.coverage; where the dataset is asked per client, that of the worst one.'),
            ('client_id', 'OAuth client; empty when the vendor stated no id.'),
            ('client_name', 'Its current name, or the stated name where client_id is empty; not unique.'),
            ('requests', 'All requests of the day that are stored; NULL when none is known.'),
            ('status_200', 'Requests answered with a 2xx status; NULL when not stored.'),
            ('status_300', 'Requests answered with a 3xx status; NULL when not stored.'),
            ('status_400', 'Requests answered with a 4xx status; NULL when not stored.'),
            ('status_429', 'Requests answered with 429, part of status_400 in the older family; NULL when not stored.'),
            ('status_500', 'Requests answered with a 5xx status; NULL when not stored.'),
            ('day_before_requests', 'Requests of the day before; NULL when that is not stored.'),
            ('day_before_change', 'How many requests more than the day before; NULL unless both days are stored, for every client that they sum.'),
            ('day_before_change_percent',
                'The same in percent of the day before, to two digits; NULL also when the day before had none.'),
            ('week_before_requests', 'Requests of the same day of the week before; NULL when that is not stored.'),
            ('week_before_change', 'How many requests more than a week before; NULL unless both days are stored, for every client that they sum.'),
            ('week_before_change_percent',
                'The same in percent of the day a week before, to two digits; NULL also when that had none.'),
            ('clients_unavailable',
                'Of how many clients the counters lack what they used, because the vendor refuses to tell it; 0 unless the dataset is asked per client.'),
            ('is_own', 'Whether usaged itself authenticates as this client: usage that measuring costs.'),
            ('ambiguous_name', 'Whether client_name, stated without an id, is or was the name of several OAuth clients.')
        ) AS comments (column_name, comment_text)
        INNER JOIN pg_attribute AS attribute
            ON attribute.attrelid = format('usage.%I', view.name)::regclass
            AND attribute.attname = comments.column_name
    LOOP
        EXECUTE format('COMMENT ON COLUMN usage.%I.%I IS %L',
            commented.view_name, commented.column_name, commented.comment_text);
    END LOOP;
END
$$;
