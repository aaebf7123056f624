-- Since when OAuth clients, and calls of endpoints, are refused with 429. Applied again whenever this text changes: columns
-- are only added at the end.
--
-- First the last day without a 429 is found for each, in all of history, then the days after it are summed.

CREATE OR REPLACE VIEW usage.throttled_client AS
SELECT
    series.organization_id,
    series.organization_name,
    client.client_id,
    client.client_name,
    used.first_day_with_429,
    used.last_day_with_429,
    used.days_with_429,
    used.status_429,
    used.streak_first_day,
    used.streak_days,
    used.streak_requests,
    used.streak_status_429,
    round(100 * used.streak_status_429 / nullif(used.streak_requests, 0)::numeric, 2) AS streak_status_429_percent,
    used.last_day,
    client.is_own,
    client.ambiguous_name
FROM ingest.primary_series AS series
CROSS JOIN LATERAL (
    WITH used AS (
        SELECT
            day.client_key,
            min(day.usage_date) FILTER (WHERE day.status_429 > 0) AS first_day_with_429,
            max(day.usage_date) FILTER (WHERE day.status_429 > 0) AS last_day_with_429,
            count(*) FILTER (WHERE day.status_429 > 0) AS days_with_429,
            sum(day.status_429)::bigint AS status_429,
            max(day.usage_date) AS last_day,
            coalesce(max(day.usage_date) FILTER (WHERE day.status_429 = 0), '-infinity') AS last_day_without_429
        FROM ingest.client_day AS day
        WHERE day.organization_key = series.organization_key
            AND day.dataset = series.dataset
            AND day.usage_date <= series.last_day
        GROUP BY day.client_key
        HAVING sum(day.status_429) > 0
    ),
    streak AS (
        SELECT
            used.client_key,
            min(day.usage_date) AS first_day,
            count(*) AS days,
            sum(day.requests)::bigint AS requests,
            sum(day.status_429)::bigint AS status_429
        FROM used
        INNER JOIN ingest.client_day AS day
            ON used.client_key = day.client_key AND used.last_day_without_429 < day.usage_date
        WHERE used.last_day > used.last_day_without_429
            AND day.organization_key = series.organization_key
            AND day.dataset = series.dataset
            AND day.usage_date <= series.last_day
        GROUP BY used.client_key
    )
    SELECT
        used.*,
        streak.first_day AS streak_first_day,
        coalesce(streak.days, 0) AS streak_days,
        streak.requests AS streak_requests,
        streak.status_429 AS streak_status_429
    FROM used
    LEFT JOIN streak USING (client_key)
) AS used
LEFT JOIN ingest.named_client AS client ON used.client_key = client.client_key;

CREATE OR REPLACE VIEW usage.throttled_endpoint AS
SELECT
    series.organization_id,
    series.organization_name,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    used.first_day_with_429,
    used.last_day_with_429,
    used.days_with_429,
    used.status_429,
    used.streak_first_day,
    used.streak_days,
    used.streak_requests,
    used.streak_status_429,
    round(100 * used.streak_status_429 / nullif(used.streak_requests, 0)::numeric, 2) AS streak_status_429_percent,
    used.last_day
FROM ingest.primary_series AS series
CROSS JOIN LATERAL (
    WITH used AS (
        SELECT
            day.endpoint_key,
            min(day.usage_date) FILTER (WHERE day.status_429 > 0) AS first_day_with_429,
            max(day.usage_date) FILTER (WHERE day.status_429 > 0) AS last_day_with_429,
            count(*) FILTER (WHERE day.status_429 > 0) AS days_with_429,
            sum(day.status_429)::bigint AS status_429,
            max(day.usage_date) AS last_day,
            coalesce(max(day.usage_date) FILTER (WHERE day.status_429 = 0), '-infinity') AS last_day_without_429
        FROM ingest.endpoint_day AS day
        WHERE day.organization_key = series.organization_key
            AND day.dataset = series.dataset
            AND day.usage_date <= series.last_day
        GROUP BY day.endpoint_key
        HAVING sum(day.status_429) > 0
    ),
    streak AS (
        SELECT
            used.endpoint_key,
            min(day.usage_date) AS first_day,
            count(*) AS days,
            sum(day.requests)::bigint AS requests,
            sum(day.status_429)::bigint AS status_429
        FROM used
        INNER JOIN ingest.endpoint_day AS day
            ON used.endpoint_key = day.endpoint_key AND used.last_day_without_429 < day.usage_date
        WHERE used.last_day > used.last_day_without_429
            AND day.organization_key = series.organization_key
            AND day.dataset = series.dataset
            AND day.usage_date <= series.last_day
        GROUP BY used.endpoint_key
    )
    SELECT
        used.*,
        streak.first_day AS streak_first_day,
        coalesce(streak.days, 0) AS streak_days,
        streak.requests AS streak_requests,
        streak.status_429 AS streak_status_429
    FROM used
    LEFT JOIN streak USING (endpoint_key)
) AS used
LEFT JOIN ingest.endpoint AS endpoint ON used.endpoint_key = endpoint.endpoint_key;

COMMENT ON VIEW usage.throttled_client IS
    'Since when an OAuth client is refused with 429: one line an organization and client that ever was, in its primary dataset. The streak is the present one: its days with usage, up to last_day, each with a 429. A day without usage, or not stored, does not end it.';
COMMENT ON VIEW usage.throttled_endpoint IS
    'Since when calls of an endpoint are refused with 429: one line an organization and endpoint whose calls ever were, in its primary dataset. The streak is the present one: its days with usage, up to last_day, each with a 429. A day without usage, or not stored, does not end it.';
DO $$
DECLARE
    commented record;
BEGIN
    FOR commented IN
        SELECT view.name AS view_name, comments.column_name, comments.comment_text
        FROM unnest(ARRAY['throttled_client', 'throttled_endpoint']) AS view (name)
        CROSS JOIN (VALUES
            ('organization_id', 'Organization whose usage is measured, the vendor''s identifier.'),
            ('organization_name', 'Its current name.'),
            ('client_id', 'OAuth client; empty when the vendor stated no id.'),
            ('client_name', 'Its current name, or the stated name where client_id is empty; not unique.'),
            ('template_uri', 'Endpoint pattern without a leading slash: api/v2/users/{userId}.'),
            ('http_method', 'HTTP method; empty when not grouped by it.'),
            ('platform', 'Platform of the newer API family; empty in the older one.'),
            ('first_day_with_429', 'First day with a 429 in all of history.'),
            ('last_day_with_429', 'Last day with a 429.'),
            ('days_with_429', 'Stored days with a 429 in all of history.'),
            ('status_429', 'Requests answered with 429 in all of history.'),
            ('streak_first_day', 'First day of the present streak; NULL when the last day with usage had no 429.'),
            ('streak_days', 'Days with usage in the streak, each with a 429; 0 when there is none.'),
            ('streak_requests', 'Requests of the streak; NULL when there is none.'),
            ('streak_status_429', 'Requests of the streak answered with 429; NULL when there is none.'),
            ('streak_status_429_percent', 'The latter in percent of the former, to two digits; NULL when there is none.'),
            ('last_day', 'Last day with usage.'),
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
