-- Which OAuth clients are new, idle or gone, and what usaged itself causes. Applied again whenever this text changes: columns are only added at the end.
--
-- Who is new or gone is seen in all of history, which only the sums by day make cheap.

CREATE OR REPLACE VIEW usage.client_activity AS
SELECT
    known.organization_id,
    known.organization_name,
    known.client_id,
    known.client_name,
    CASE
        WHEN known.is_delisted THEN 'vanished'
        WHEN known.is_unknown THEN 'unknown'
        WHEN known.days_silent >= 30 THEN 'vanished'
        WHEN known.first_day IS NULL THEN 'idle'
        WHEN known.days_silent >= 7 THEN 'silent'
        WHEN known.days_since_first < 30 AND known.days_before >= 30 THEN 'new'
        ELSE 'active'
    END AS activity,
    known.first_day,
    known.last_day,
    known.days_used,
    known.days_silent,
    known.requests,
    known.is_listed,
    known.state,
    known.created_at,
    known.newest_day,
    known.is_own,
    known.ambiguous_name
FROM (
    SELECT
        series.organization_id,
        series.organization_name,
        client.client_id,
        client.client_name,
        used.first_day,
        used.last_day,
        used.days_used,
        -- How many of the days, which are in order, lie on or before one.
        cardinality(asked.days) - width_bucket(used.last_day, asked.days) AS days_silent,
        cardinality(asked.days) - width_bucket(used.first_day, asked.days) AS days_since_first,
        width_bucket(used.first_day - 1, asked.days) AS days_before,
        used.requests,
        listed.is_listed,
        -- Built-in clients never were listed.
        listed.state <> '' AND NOT listed.is_listed AS is_delisted,
        listed.state,
        listed.created_at,
        stored.newest_day,
        coalesce(asked.days[cardinality(asked.days)] <= stored.newest_day - 30, asked.days IS NULL) AS is_unknown,
        client.is_own,
        client.ambiguous_name
    FROM ingest.primary_series AS series
    CROSS JOIN LATERAL (
        SELECT max(day.usage_date) AS newest_day, array_agg(day.usage_date ORDER BY day.usage_date) AS days
        FROM ingest.primary_day AS day
        WHERE day.organization_key = series.organization_key
            AND day.usage_date <= series.last_day
            AND day.state IN ('provisional', 'covered')
    ) AS stored
    -- Listed clients and used ones; what only another dataset counts is no client of this question.
    CROSS JOIN LATERAL (
        SELECT
            line.client_key,
            min(line.usage_date) AS first_day,
            max(line.usage_date) AS last_day,
            count(line.usage_date) AS days_used,
            coalesce(sum(line.requests), 0)::bigint AS requests
        FROM (
            SELECT day.client_key, day.usage_date, day.requests
            FROM ingest.client_day AS day
            WHERE day.organization_key = series.organization_key
                AND day.dataset = series.dataset
                AND day.usage_date <= series.last_day
            UNION ALL
            SELECT listed.client_key, NULL AS usage_date, NULL AS requests
            FROM ingest.oauth_client AS listed
            WHERE listed.organization_key = series.organization_key AND listed.state <> ''
        ) AS line
        GROUP BY line.client_key
    ) AS used
    LEFT JOIN ingest.named_client AS client ON used.client_key = client.client_key
    LEFT JOIN ingest.oauth_client AS listed ON used.client_key = listed.client_key
    LEFT JOIN LATERAL (
        SELECT array_agg(tried.usage_date ORDER BY tried.usage_date) AS days
        FROM ingest.coverage AS tried
        WHERE tried.organization_key = series.organization_key
            AND tried.dataset = series.dataset
            AND tried.client_id = client.client_id
            AND tried.usage_date <= series.last_day
            AND tried.state IN ('provisional', 'covered')
    ) AS own ON series.is_per_client
    CROSS JOIN LATERAL (
        SELECT CASE WHEN series.is_per_client THEN own.days ELSE stored.days END AS days
    ) AS asked
) AS known;

CREATE OR REPLACE VIEW usage.own_footprint AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    own.sources,
    own.client_id,
    day.usage_date,
    sum(day.requests_sent)::bigint AS requests_sent,
    sum(day.throttled)::bigint AS throttled,
    sum(day.requests_counted)::bigint AS requests_counted,
    sum(day.status_429_counted)::bigint AS status_429_counted,
    sum(day.requests_counted)::bigint - sum(day.requests_sent)::bigint AS difference,
    round(100 * sum(day.requests_counted) / nullif(sum(day.all_requests), 0), 2) AS share_percent
FROM (
    -- Sources may share an OAuth client, whose requests the vendor counts together.
    SELECT
        source.organization_key,
        source.client_id,
        string_agg(source.name, ', ' ORDER BY source.name COLLATE "C") AS sources,
        array_agg(source.source_key) AS source_keys
    FROM ingest.source AS source
    GROUP BY source.organization_key, source.client_id
) AS own
INNER JOIN ingest.organization AS organization ON own.organization_key = organization.organization_key
CROSS JOIN LATERAL (
    SELECT
        sent.usage_date,
        sent.requests AS requests_sent,
        sent.throttled,
        NULL::numeric AS requests_counted,
        NULL::numeric AS status_429_counted,
        NULL::numeric AS all_requests
    FROM ingest.request_day AS sent
    WHERE sent.source_key = ANY (own.source_keys)
    UNION ALL
    SELECT
        tried.usage_date,
        NULL AS requests_sent,
        NULL AS throttled,
        coalesce(sum(total.requests) FILTER (WHERE total.client_key = client.client_key), known.zero) AS requests_counted,
        coalesce(sum(total.status_429) FILTER (WHERE total.client_key = client.client_key), known.zero)
        AS status_429_counted,
        CASE WHEN tried.clients_unavailable = 0 THEN coalesce(sum(total.requests), 0) END AS all_requests
    FROM ingest.primary_series AS series
    INNER JOIN ingest.primary_day AS tried
        ON series.organization_key = tried.organization_key AND tried.state IN ('provisional', 'covered')
    LEFT JOIN ingest.oauth_client AS client
        ON series.organization_key = client.organization_key AND client.client_id = own.client_id AND client.stated_name = ''
    LEFT JOIN ingest.client_day AS total
        ON series.organization_key = total.organization_key
        AND series.dataset = total.dataset
        AND tried.usage_date = total.usage_date
    LEFT JOIN ingest.coverage AS asked
        ON series.is_per_client
        AND series.organization_key = asked.organization_key
        AND series.dataset = asked.dataset
        AND own.client_id = asked.client_id
        AND tried.usage_date = asked.usage_date
        AND asked.state IN ('provisional', 'covered')
    -- No row is no usage only where this client was asked about.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN NOT series.is_per_client OR asked.usage_date IS NOT NULL THEN 0 END AS zero
    ) AS known
    WHERE series.organization_key = own.organization_key AND own.client_id <> ''
    GROUP BY tried.usage_date, tried.clients_unavailable, known.zero
) AS day
GROUP BY organization.organization_id, organization.name, own.sources, own.client_id, day.usage_date;

COMMENT ON VIEW usage.client_activity IS
    'Which OAuth clients are new, idle or gone: one line an organization and client that is or was listed, or has usage in the primary dataset. Only stored days count as days without usage, so that neither a gap nor a loader that is behind makes anybody silent; where the dataset is asked per client, the stored days of that client.';
COMMENT ON VIEW usage.own_footprint IS
    'What measuring itself costs: one line an organization, OAuth client that usaged authenticates as, and UTC day on which it sent requests or the primary dataset is stored. What the vendor counted is part of the organization''s usage; what usaged counted also has requests that the vendor does not count. Infodeck counts no requests.';

DO $$
DECLARE
    commented record;
BEGIN
    FOR commented IN
        SELECT view.name AS view_name, comments.column_name, comments.comment_text
        FROM unnest(ARRAY['client_activity', 'own_footprint']) AS view (name)
        CROSS JOIN (VALUES
            ('organization_id', 'Organization whose usage is measured, the vendor''s identifier.'),
            ('organization_name', 'Its current name.'),
            ('client_id', 'OAuth client; empty when the vendor stated no id.'),
            ('client_name', 'Its current name, or the stated name where client_id is empty; not unique.'),
            ('activity',
                'The first that is true: vanished (was listed and is not any more), unknown (no day of it is stored of the 30 up to newest_day: its usage is not asked for, or not available), vanished (no usage on the last 30 stored days or more), idle (listed, never any usage), silent (none on the last 7 to 29 stored days), new (first usage on one of the last 30 stored days, and at least 30 stored days before it), active.'),
            ('first_day', 'First day with usage in all of history; NULL without any.'),
            ('last_day', 'Last day with usage in all of history; NULL without any.'),
            ('days_used', 'Stored days with usage in all of history.'),
            ('days_silent', 'Stored days after last_day, which are without usage: a day that is not stored counts for nothing. NULL without any usage.'),
            ('requests', 'Requests in all of history.'),
            ('is_listed', 'Whether the newest listing contained it; built-in and deleted clients are not listed.'),
            ('state', 'active, disabled or inactive as last listed; empty when never listed.'),
            ('created_at', 'When the vendor says it was created; NULL when not stated.'),
            ('newest_day', 'Newest stored day of the organization''s primary dataset.'),
            ('sources', 'Configured accounts that use this OAuth client.'),
            ('usage_date', 'UTC day.'),
            ('requests_sent', 'Requests that usaged sent, all attempts counted; NULL for a day on which it counted none.'),
            ('throttled', 'How many of these were answered with 429; NULL for a day on which it counted none.'),
            ('requests_counted',
                'Requests of this OAuth client in the organization''s primary dataset; NULL for a day that is not stored (where the dataset is asked per client, not of this one), and for Infodeck.'),
            ('status_429_counted', 'How many of these were answered with 429; NULL as requests_counted.'),
            ('difference', 'requests_counted minus requests_sent; NULL unless both are known.'),
            ('share_percent', 'requests_counted in percent of all requests of the organization that day, to two digits; NULL where either is not known.'),
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
COMMENT ON COLUMN usage.own_footprint.client_id IS 'OAuth client that usaged authenticates as; empty for Infodeck.';
