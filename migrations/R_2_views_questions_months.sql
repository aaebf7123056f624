-- How much each month, by whom, of which endpoints, and how much of it failed. Applied again whenever this text changes:
-- columns are only added at the end.
--
-- Windows are cut by every column that tells an organization or a month, so that a filter on any of them reaches the
-- months before they are summed.

CREATE OR REPLACE VIEW usage.usage_by_month AS
SELECT
    month.organization_id,
    month.organization_name,
    month.source,
    month.dataset::text AS dataset,
    month.month,
    month.is_current,
    month.end_day - 1 AS last_day,
    month.days_in_period,
    month.days_stored,
    month.days_provisional,
    month.is_complete,
    total.requests,
    total.status_200,
    total.status_300,
    total.status_400,
    total.status_429,
    total.status_500,
    round(100 * total.status_400 / nullif(total.requests, 0)::numeric, 2) AS status_400_percent,
    round(100 * total.status_429 / nullif(total.requests, 0)::numeric, 2) AS status_429_percent,
    round(100 * total.status_500 / nullif(total.requests, 0)::numeric, 2) AS status_500_percent,
    before.end_day - 1 AS month_before_last_day,
    before_days.days_stored AS month_before_days_stored,
    before_days.days_stored = before.end_day - before.month AS month_before_is_complete,
    before_total.requests AS month_before_requests,
    CASE WHEN comparison.is_fair THEN total.requests - before_total.requests END AS change,
    CASE
        WHEN comparison.is_fair
            THEN round(100 * (total.requests - before_total.requests) / nullif(before_total.requests, 0)::numeric, 2)
    END AS change_percent,
    month.clients_unavailable
FROM ingest.primary_month AS month
CROSS JOIN LATERAL (
    SELECT
        (month.month - interval '1 month')::date AS month,
        CASE
            WHEN month.is_current
                THEN least((month.month - interval '1 month')::date + month.days_in_period, month.month)
            ELSE month.month
        END AS end_day
) AS before
CROSS JOIN LATERAL (
    SELECT
        count(*) AS days_stored,
        coalesce(sum(day.clients_unavailable), 0) AS clients_unavailable
    FROM ingest.primary_day AS day
    WHERE day.organization_key = month.organization_key
        AND day.usage_date >= before.month
        AND day.usage_date < before.end_day
        AND day.state IN ('provisional', 'covered')
) AS before_days
CROSS JOIN LATERAL (
    SELECT
        month.is_complete
        AND before_days.days_stored = before.end_day - before.month
        AND month.clients_unavailable + before_days.clients_unavailable = 0
        AS is_fair
) AS comparison
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(day.requests), stored.zero)::bigint AS requests,
        coalesce(sum(day.status_200), stored.zero)::bigint AS status_200,
        coalesce(sum(day.status_300), stored.zero)::bigint AS status_300,
        coalesce(sum(day.status_400), stored.zero)::bigint AS status_400,
        coalesce(sum(day.status_429), stored.zero)::bigint AS status_429,
        coalesce(sum(day.status_500), stored.zero)::bigint AS status_500
    FROM (SELECT CASE WHEN month.days_stored > 0 THEN 0 END AS zero) AS stored
    LEFT JOIN ingest.client_day AS day
        ON day.organization_key = month.organization_key
        AND day.dataset = month.dataset
        AND day.usage_date >= month.month
        AND day.usage_date < month.end_day
    GROUP BY stored.zero
) AS total
CROSS JOIN LATERAL (
    SELECT coalesce(sum(day.requests), CASE WHEN before_days.days_stored > 0 THEN 0 END)::bigint AS requests
    FROM ingest.client_day AS day
    WHERE day.organization_key = month.organization_key
        AND day.dataset = month.dataset
        AND day.usage_date >= before.month
        AND day.usage_date < before.end_day
) AS before_total;

CREATE OR REPLACE VIEW usage.client_by_month AS
SELECT
    month.organization_id,
    month.organization_name,
    month.month,
    month.is_current,
    month.days_in_period,
    month.days_stored,
    month.is_complete,
    rank() OVER (month_of_organization ORDER BY total.requests DESC) AS rank,
    client.client_id,
    client.client_name,
    total.requests,
    round(100 * total.requests / nullif(sum(total.requests) OVER month_of_organization, 0), 2) AS share_percent,
    total.status_200,
    total.status_300,
    total.status_400,
    total.status_429,
    total.status_500,
    round(100 * total.status_400 / nullif(total.requests, 0)::numeric, 2) AS status_400_percent,
    round(100 * total.status_429 / nullif(total.requests, 0)::numeric, 2) AS status_429_percent,
    round(100 * total.status_500 / nullif(total.requests, 0)::numeric, 2) AS status_500_percent,
    total.days_used,
    total.first_day,
    total.last_day,
    total.days_with_429,
    total.first_day_with_429,
    total.last_day_with_429,
    client.is_own,
    client.ambiguous_name
FROM ingest.primary_month AS month
CROSS JOIN LATERAL (
    SELECT
        day.client_key,
        sum(day.requests)::bigint AS requests,
        sum(day.status_200)::bigint AS status_200,
        sum(day.status_300)::bigint AS status_300,
        sum(day.status_400)::bigint AS status_400,
        sum(day.status_429)::bigint AS status_429,
        sum(day.status_500)::bigint AS status_500,
        count(*) AS days_used,
        min(day.usage_date) AS first_day,
        max(day.usage_date) AS last_day,
        count(*) FILTER (WHERE day.status_429 > 0) AS days_with_429,
        min(day.usage_date) FILTER (WHERE day.status_429 > 0) AS first_day_with_429,
        max(day.usage_date) FILTER (WHERE day.status_429 > 0) AS last_day_with_429
    FROM ingest.client_day AS day
    WHERE day.organization_key = month.organization_key
        AND day.dataset = month.dataset
        AND day.usage_date >= month.month
        AND day.usage_date < month.end_day
    GROUP BY day.client_key
) AS total
LEFT JOIN ingest.named_client AS client ON total.client_key = client.client_key
WINDOW month_of_organization AS (
    PARTITION BY month.organization_id, month.organization_name, month.month, month.is_current
);

CREATE OR REPLACE VIEW usage.endpoint_by_month AS
SELECT
    month.organization_id,
    month.organization_name,
    month.month,
    month.is_current,
    month.days_in_period,
    month.days_stored,
    month.is_complete,
    rank() OVER (month_of_organization ORDER BY total.requests DESC) AS rank,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    total.requests,
    round(100 * total.requests / nullif(sum(total.requests) OVER month_of_organization, 0), 2) AS share_percent,
    total.status_200,
    total.status_300,
    total.status_400,
    total.status_429,
    total.status_500,
    round(100 * total.status_400 / nullif(total.requests, 0)::numeric, 2) AS status_400_percent,
    round(100 * total.status_429 / nullif(total.requests, 0)::numeric, 2) AS status_429_percent,
    round(100 * total.status_500 / nullif(total.requests, 0)::numeric, 2) AS status_500_percent,
    total.days_used,
    total.first_day,
    total.last_day,
    total.days_with_429,
    total.first_day_with_429,
    total.last_day_with_429
FROM ingest.primary_month AS month
CROSS JOIN LATERAL (
    SELECT
        day.endpoint_key,
        sum(day.requests)::bigint AS requests,
        sum(day.status_200)::bigint AS status_200,
        sum(day.status_300)::bigint AS status_300,
        sum(day.status_400)::bigint AS status_400,
        sum(day.status_429)::bigint AS status_429,
        sum(day.status_500)::bigint AS status_500,
        count(*) AS days_used,
        min(day.usage_date) AS first_day,
        max(day.usage_date) AS last_day,
        count(*) FILTER (WHERE day.status_429 > 0) AS days_with_429,
        min(day.usage_date) FILTER (WHERE day.status_429 > 0) AS first_day_with_429,
        max(day.usage_date) FILTER (WHERE day.status_429 > 0) AS last_day_with_429
    FROM ingest.endpoint_day AS day
    WHERE day.organization_key = month.organization_key
        AND day.dataset = month.dataset
        AND day.usage_date >= month.month
        AND day.usage_date < month.end_day
    GROUP BY day.endpoint_key
) AS total
LEFT JOIN ingest.endpoint AS endpoint ON total.endpoint_key = endpoint.endpoint_key
WINDOW month_of_organization AS (
    PARTITION BY month.organization_id, month.organization_name, month.month, month.is_current
);

-- No rollup keeps pairs: a month of them is summed from its facts, and each column of half a million facts takes
-- its time: these are what the question needs, and most of
-- their zeros are not worth an addition.
CREATE OR REPLACE VIEW usage.client_endpoint_by_month AS
SELECT
    month.organization_id,
    month.organization_name,
    month.month,
    month.is_current,
    month.days_in_period,
    month.days_stored,
    month.is_complete,
    client.client_id,
    client.client_name,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    total.requests,
    total.status_400,
    total.status_429,
    total.status_500,
    round(100 * total.status_400 / nullif(total.requests, 0)::numeric, 2) AS status_400_percent,
    round(100 * total.status_429 / nullif(total.requests, 0)::numeric, 2) AS status_429_percent,
    round(100 * total.status_500 / nullif(total.requests, 0)::numeric, 2) AS status_500_percent,
    total.last_day,
    total.first_day_with_429,
    client.is_own,
    client.ambiguous_name
FROM ingest.primary_month AS month
CROSS JOIN LATERAL (
    SELECT
        fact.client_key,
        fact.endpoint_key,
        sum(fact.requests)::bigint AS requests,
        coalesce(sum(fact.status_400) FILTER (WHERE fact.status_400 > 0), 0)::bigint AS status_400,
        coalesce(sum(fact.status_429) FILTER (WHERE fact.status_429 > 0), 0)::bigint AS status_429,
        coalesce(sum(fact.status_500) FILTER (WHERE fact.status_500 > 0), 0)::bigint AS status_500,
        max(fact.usage_date) AS last_day,
        min(fact.usage_date) FILTER (WHERE fact.status_429 > 0) AS first_day_with_429
    FROM ingest.usage_row AS fact
    WHERE fact.organization_key = month.organization_key
        AND fact.dataset = month.dataset
        AND fact.usage_date >= month.month
        AND fact.usage_date < month.end_day
    GROUP BY fact.client_key, fact.endpoint_key
) AS total
LEFT JOIN ingest.named_client AS client ON total.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON total.endpoint_key = endpoint.endpoint_key;

COMMENT ON VIEW usage.usage_by_month IS
    'How much was used each month, and how much more or less than the month before: one line an organization and calendar month (UTC) of its primary dataset, down to the present one up to yesterday (is_current). A sum counts all that is stored: days_stored of days_in_period, and, where the dataset is asked per client, what is stored of days that lack other clients still: rely on it where is_complete is true and clients_unavailable 0. On the first day of a month that month has no line yet.';
COMMENT ON VIEW usage.client_by_month IS
    'Who uses most, and whose requests fail: one line an organization, calendar month (UTC) and OAuth client with usage in the primary dataset. Rank and share are those among all clients of the organization and month.';
COMMENT ON VIEW usage.endpoint_by_month IS
    'Which endpoints are used most, and which fail: one line an organization, calendar month (UTC) and endpoint (template URI, method, platform) with usage in the primary dataset. Rank and share are those among all endpoints of the organization and month.';
COMMENT ON VIEW usage.client_endpoint_by_month IS
    'Which OAuth clients call which endpoints, and which of these calls fail: one line an organization, calendar month (UTC), client and endpoint with usage in the primary dataset. Filter by month and by template_uri IN (…) to see who still calls an endpoint. Reads the facts: always give a month. A month whose facts retention gave up has no lines.';

DO $$
DECLARE
    commented record;
BEGIN
    FOR commented IN
        SELECT view.name AS view_name, comments.column_name, comments.comment_text
        FROM unnest(ARRAY['usage_by_month', 'client_by_month', 'endpoint_by_month', 'client_endpoint_by_month'])
            AS view (name)
        CROSS JOIN (VALUES
            ('organization_id', 'Organization whose usage is measured, the vendor''s identifier.'),
            ('organization_name', 'Its current name.'),
            ('source', 'Configured account that its primary dataset comes through.'),
            ('dataset', 'Its primary dataset, which alone is counted here.'),
            ('month', 'First day of the month.'),
            ('is_current', 'Whether it is the present month, which is counted up to yesterday.'),
            ('last_day', 'Last day with usage in the month.'),
            ('days_in_period', 'Days of the month that have ended.'),
            ('days_stored', 'How many of these are stored; where the dataset is asked per client, for every client.'),
            ('days_provisional', 'How many of the stored days may still change.'),
            ('is_complete', 'Whether all days of the month that have ended are stored: if not, the counters lack some.'),
            ('rank', 'Place by requests, 1 for the most; equal ones share a place.'),
            ('share_percent', 'Percent of all requests of the organization in the month, to two digits.'),
            ('client_id', 'OAuth client that made the requests; empty when the vendor stated no id.'),
            ('client_name', 'Its current name, or the stated name where client_id is empty; not unique.'),
            ('template_uri', 'Endpoint pattern without a leading slash: api/v2/users/{userId}.'),
            ('http_method', 'HTTP method; empty when not grouped by it.'),
            ('platform', 'Platform of the newer API family; empty in the older one.'),
            ('requests', 'All requests that are stored, also of days that lack other clients still.'),
            ('status_200', 'Requests answered with a 2xx status.'),
            ('status_300', 'Requests answered with a 3xx status.'),
            ('status_400', 'Requests answered with a 4xx status.'),
            ('status_429', 'Requests answered with 429; part of status_400 in the older family, so do not add the two.'),
            ('status_500', 'Requests answered with a 5xx status.'),
            ('status_400_percent', 'Percent of the requests that were answered with 4xx, to two digits; NULL without requests.'),
            ('status_429_percent', 'Percent of the requests that were answered with 429, to two digits; NULL without requests.'),
            ('status_500_percent', 'Percent of the requests that were answered with 5xx, to two digits; NULL without requests.'),
            ('days_used', 'Stored days of the month with usage.'),
            ('first_day', 'First day with usage in the month.'),
            ('days_with_429', 'Stored days of the month with a 429.'),
            ('first_day_with_429', 'First day of the month with a 429; NULL without one.'),
            ('last_day_with_429', 'Last day of the month with a 429; NULL without one.'),
            ('is_own', 'Whether usaged itself authenticates as this client: usage that measuring costs.'),
            ('ambiguous_name', 'Whether client_name, stated without an id, is or was the name of several OAuth clients.'),
            ('month_before_last_day',
                'Last day of the month before that is counted for comparison: its last one; for the present month the same day, or its last one if it is shorter.'),
            ('month_before_days_stored', 'Days up to month_before_last_day that are stored.'),
            ('month_before_is_complete', 'Whether all days up to month_before_last_day are stored.'),
            ('month_before_requests', 'Requests that are stored up to month_before_last_day, also of days that lack other clients still; NULL when nothing is.'),
            ('change', 'requests minus month_before_requests; NULL unless both periods are complete, and lack no client that the vendor refuses.'),
            ('change_percent', 'The change in percent of month_before_requests, to two digits; NULL where change is, or when the latter is 0.'),
            ('clients_unavailable',
                'On how many clients'' days, summed over the days, the vendor refuses to tell what was used, which the counters lack; 0 unless the dataset is asked per client.')
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
COMMENT ON COLUMN usage.usage_by_month.last_day IS 'Last day that is counted: of the present month yesterday.';
COMMENT ON COLUMN usage.usage_by_month.requests IS 'All requests that are stored: of days_stored days for every client, and, where the dataset is asked per client, of further days for those clients that have them. NULL when nothing is stored.';
