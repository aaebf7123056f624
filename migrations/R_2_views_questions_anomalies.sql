-- Days on which a client or an endpoint was used quite otherwise than it is used. Applied again whenever this text changes:
-- columns are only added at the end.
--
-- Each day reads itself and the same weekday of the eight weeks before it, by the sums of the day: a question for some
-- days reads nothing else. What is no anomaly by its size alone is left out before its scatter is worked out.

CREATE OR REPLACE VIEW usage.anomaly AS
SELECT
    series.organization_id,
    series.organization_name,
    series.source,
    series.dataset::text AS dataset,
    calendar.day::date AS usage_date,
    told.subject,
    coalesce(client.client_id, '') AS client_id,
    coalesce(client.name, '') AS client_name,
    coalesce(endpoint.template_uri, '') AS template_uri,
    coalesce(endpoint.http_method, '') AS http_method,
    coalesce(endpoint.platform, '') AS platform,
    CASE WHEN told.requests > usual.requests THEN 'spike' ELSE 'drop' END AS direction,
    told.requests,
    usual.requests::numeric AS expected,
    told.requests - usual.requests::numeric AS deviation,
    round(100 * (told.requests - usual.requests::numeric) / nullif(usual.requests::numeric, 0), 2) AS deviation_percent,
    round(scored.score::numeric, 1) AS score,
    told.history_days,
    format(
        '%s on a %s, where %s the middle of the %s stored ones of the eight weeks before',
        CASE told.requests WHEN 0 THEN 'no request' WHEN 1 THEN '1 request' ELSE told.requests || ' requests' END,
        to_char(calendar.day, 'FMDay'),
        CASE WHEN usual.requests = 0 THEN 'none is' ELSE usual.requests || ' are' END,
        told.history_days
    ) AS explanation,
    told.state = 'provisional' AS is_provisional
FROM ingest.primary_series AS series
CROSS JOIN LATERAL generate_series(
    series.first_day::timestamp, series.last_day::timestamp, interval '1 day'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT
        max(day.state) FILTER (WHERE day.usage_date = calendar.day::date) AS state,
        array_agg(day.usage_date) AS days,
        (count(*) FILTER (WHERE day.usage_date < calendar.day::date))::integer AS history_days
    FROM ingest.primary_day AS day
    WHERE day.organization_key = series.organization_key
        AND day.usage_date = ANY (ARRAY[
            calendar.day::date, calendar.day::date - 7, calendar.day::date - 14, calendar.day::date - 21,
            calendar.day::date - 28, calendar.day::date - 35, calendar.day::date - 42, calendar.day::date - 49,
            calendar.day::date - 56
        ])
        AND day.state IN ('provisional', 'covered')
        -- Sums that lack a client are no amounts to compare.
        AND day.clients_unavailable = 0
) AS history
CROSS JOIN LATERAL (
    SELECT
        'client' AS subject,
        day.client_key,
        NULL::integer AS endpoint_key,
        coalesce(max(day.requests) FILTER (WHERE day.usage_date = calendar.day::date), 0) AS requests,
        array_agg(day.requests ORDER BY day.requests) FILTER (WHERE day.usage_date < calendar.day::date) AS amounts,
        history.state,
        history.history_days
    FROM ingest.client_day AS day
    WHERE NOT series.is_per_client
        AND day.organization_key = series.organization_key
        AND day.dataset = series.dataset
        AND day.usage_date = ANY (history.days)
        -- Says nothing more, but tells which partitions.
        AND day.usage_date BETWEEN calendar.day::date - 56 AND calendar.day::date
    GROUP BY day.client_key
    UNION ALL
    -- Where clients are asked about one by one, each has days of its own that are stored.
    SELECT
        'client' AS subject,
        client.client_key,
        NULL::integer AS endpoint_key,
        coalesce(max(day.requests) FILTER (WHERE tried.usage_date = calendar.day::date), 0) AS requests,
        array_agg(coalesce(day.requests, 0) ORDER BY coalesce(day.requests, 0)) FILTER (
            WHERE tried.usage_date < calendar.day::date
        ) AS amounts,
        max(tried.state) FILTER (WHERE tried.usage_date = calendar.day::date) AS state,
        (count(*) FILTER (WHERE tried.usage_date < calendar.day::date))::integer AS history_days
    FROM ingest.coverage AS tried
    INNER JOIN ingest.oauth_client AS client
        ON tried.organization_key = client.organization_key
        AND tried.client_id = client.client_id
        AND client.stated_name = ''
    LEFT JOIN ingest.client_day AS day
        ON tried.organization_key = day.organization_key
        AND tried.dataset = day.dataset
        AND tried.usage_date = day.usage_date
        AND client.client_key = day.client_key
        -- Say nothing more, but tell which partitions and days.
        AND day.usage_date BETWEEN calendar.day::date - 56 AND calendar.day::date
        AND day.usage_date = ANY (ARRAY[
            calendar.day::date, calendar.day::date - 7, calendar.day::date - 14, calendar.day::date - 21,
            calendar.day::date - 28, calendar.day::date - 35, calendar.day::date - 42, calendar.day::date - 49,
            calendar.day::date - 56
        ])
    WHERE series.is_per_client
        AND tried.organization_key = series.organization_key
        AND tried.dataset = series.dataset
        AND tried.client_id <> ''
        AND tried.usage_date = ANY (ARRAY[
            calendar.day::date, calendar.day::date - 7, calendar.day::date - 14, calendar.day::date - 21,
            calendar.day::date - 28, calendar.day::date - 35, calendar.day::date - 42, calendar.day::date - 49,
            calendar.day::date - 56
        ])
        AND tried.state IN ('provisional', 'covered')
    GROUP BY client.client_key
    UNION ALL
    SELECT
        'endpoint' AS subject,
        NULL::integer AS client_key,
        day.endpoint_key,
        coalesce(max(day.requests) FILTER (WHERE day.usage_date = calendar.day::date), 0) AS requests,
        array_agg(day.requests ORDER BY day.requests) FILTER (WHERE day.usage_date < calendar.day::date) AS amounts,
        history.state,
        history.history_days
    FROM ingest.endpoint_day AS day
    WHERE day.organization_key = series.organization_key
        AND day.dataset = series.dataset
        AND day.usage_date = ANY (history.days)
        -- Says nothing more, but tells which partitions.
        AND day.usage_date BETWEEN calendar.day::date - 56 AND calendar.day::date
    GROUP BY day.endpoint_key
) AS told
-- In order: days without a row, which are zeros, come first.
CROSS JOIN LATERAL (
    SELECT
        array_fill(0::bigint, ARRAY[told.history_days - coalesce(cardinality(told.amounts), 0)]) || told.amounts
        AS amounts
) AS former
CROSS JOIN LATERAL (
    SELECT
        (
            former.amounts[(told.history_days + 1) / 2] + former.amounts[(told.history_days + 2) / 2]
        ) / 2.0::double precision AS requests
) AS usual
CROSS JOIN LATERAL (
    SELECT
        ln((told.requests + 10) / (usual.requests + 10)) / greatest(
            1.4826 * percentile_cont(0.5) WITHIN GROUP (
                ORDER BY abs(ln((one.requests + 10) / (usual.requests + 10)))
            ),
            0.15, 1 / sqrt(usual.requests + 10)
        ) AS score,
        count(*) FILTER (
            WHERE CASE
                WHEN told.requests > usual.requests THEN one.requests >= (told.requests + usual.requests) / 2
                ELSE one.requests <= (told.requests + usual.requests) / 2
            END
        ) AS alike
    FROM unnest(former.amounts) AS one (requests)
) AS scored
LEFT JOIN ingest.oauth_client AS client ON told.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON told.endpoint_key = endpoint.endpoint_key
WHERE told.state IS NOT NULL
    AND told.history_days >= 4
    AND greatest(told.requests, usual.requests) >= 100
    AND abs(told.requests - usual.requests) >= 0.5 * usual.requests
    AND abs(scored.score) >= 4.5
    -- What is used now and then is now and then used.
    AND scored.alike <= 1;
COMMENT ON VIEW usage.anomaly IS
    'Days on which an OAuth client, or an endpoint, of the primary dataset was used quite otherwise than on the same weekday of the eight weeks before: one line a day and client or endpoint. Usual is the median of those of these days that are stored (four at least; a stored day without a row is a 0; where the dataset is asked per client, a client''s own stored days count, and for endpoints the days that lack no client). The score is ln((requests + 10) / (expected + 10)) over the usual scatter of that logarithm (1.4826 times its median absolute deviation), which is taken for no less than 0.15, nor than what counts of this size scatter by chance. A line needs a score of 4.5, half of the expected more or less, 100 requests on one side, and that at most one of the days before was half as far off. In the tests, quiet clients with 15 % noise have less than one false line in 1000 client days, those with 30 % less than 15. A lasting change is an anomaly for four weeks, until it is usual. Clients and endpoints count the same requests: never add them. Each is judged by its sum alone: what a client calls of one endpoint may surge unseen while all that it calls, and all calls of that endpoint, stay usual (usage.client_endpoint_by_month has the pairs). Filter by usage_date.';
COMMENT ON COLUMN usage.anomaly.organization_id IS 'Organization whose usage is measured, the vendor''s identifier.';
COMMENT ON COLUMN usage.anomaly.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.anomaly.source IS 'Configured account that the usage came through.';
COMMENT ON COLUMN usage.anomaly.dataset IS 'Its primary dataset.';
COMMENT ON COLUMN usage.anomaly.usage_date IS 'The UTC day; it is stored.';
COMMENT ON COLUMN usage.anomaly.subject IS 'client or endpoint: whose requests the line speaks of.';
COMMENT ON COLUMN usage.anomaly.client_id IS
    'OAuth client; empty for endpoints, and where the vendor stated no id.';
COMMENT ON COLUMN usage.anomaly.client_name IS 'Its current name, or the stated name where client_id is empty.';
COMMENT ON COLUMN usage.anomaly.template_uri IS 'Endpoint pattern; empty for clients.';
COMMENT ON COLUMN usage.anomaly.http_method IS 'HTTP method; empty for clients.';
COMMENT ON COLUMN usage.anomaly.platform IS 'Platform of the newer API family; empty for clients and in the older one.';
COMMENT ON COLUMN usage.anomaly.direction IS 'spike (more than expected) or drop (less).';
COMMENT ON COLUMN usage.anomaly.requests IS 'Requests on the day; 0 when it is stored without any.';
COMMENT ON COLUMN usage.anomaly.expected IS 'Median of the same weekday''s requests in the eight weeks before.';
COMMENT ON COLUMN usage.anomaly.deviation IS 'requests minus expected.';
COMMENT ON COLUMN usage.anomaly.deviation_percent IS 'deviation as percentage of expected; NULL where that is 0.';
COMMENT ON COLUMN usage.anomaly.score IS
    'How many times the usual scatter the day is off, negative for a drop: order by its absolute value.';
COMMENT ON COLUMN usage.anomaly.history_days IS 'How many days expected and scatter were taken from, 8 at most.';
COMMENT ON COLUMN usage.anomaly.explanation IS 'The same in a sentence.';
COMMENT ON COLUMN usage.anomaly.is_provisional IS 'Whether the day may still change.';
