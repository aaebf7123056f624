-- Three years of one organization, as analysts would find them: 300 OAuth clients and 200 endpoints, of whose pairs three
-- in ten are used on a day, in a weekly rhythm, with client and endpoint sizes that follow a power law, a 429 in one row
-- of fifty, and a journal. Every number follows from a hash of its day and pair, so it is the same world each time.
--
-- For an empty, migrated database, as its owner. Sizes may be set beforehand: benchmark.months, benchmark.clients,
-- benchmark.endpoints. The last day is 2025-12-31; ask as of the morning after (usaged.now = '2026-01-01 06:00Z').

CREATE FUNCTION pg_temp.size(name text, usual integer) RETURNS integer
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('benchmark.' || name, true), '')::integer, usual);

-- A number from 0 up to 1.
CREATE FUNCTION pg_temp.chance(subject bigint, salt bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE
RETURN (hashint8extended(subject, salt) & 1048575) / 1048576.0::double precision;

-- 1. Who is measured.
INSERT INTO ingest.organization (organization_id, name, primary_dataset, first_seen_at, last_changed_at)
VALUES ('o-1', 'Acme', 'organization_query', '2023-01-01Z', '2023-01-01Z');
INSERT INTO ingest.source (name, kind, is_configured, organization_key) VALUES ('acme', 'genesys', true, 1);
INSERT INTO ingest.source_dataset (source_key, dataset, is_configured, start_date, settle_after, by_user)
VALUES (
    1, 'organization_query', true,
    (date '2026-01-01' - make_interval(months => pg_temp.size('months', 36)))::date, '48 hours', false
);
INSERT INTO ingest.claim (organization_key, dataset, source_key) VALUES (1, 'organization_query', 1);
INSERT INTO ingest.usage_user (user_id) VALUES ('');
INSERT INTO ingest.calling_organization (calling_organization_id) VALUES ('');

INSERT INTO ingest.request_allowance (organization_id, valid_from, requests) VALUES ('o-1', '2023-01-01', 200000000);
INSERT INTO ingest.billing_terms (organization_id, valid_from) VALUES ('o-1', '2023-01-01');

INSERT INTO ingest.oauth_client (
    organization_key, client_id, name, is_listed, state, authorized_grant_type, created_at, first_seen_at, last_changed_at
)
SELECT 1, md5('client ' || n)::uuid::text, 'Client ' || n, n % 20 > 0, CASE WHEN n % 20 > 0 THEN 'active' ELSE '' END,
    CASE WHEN n % 20 > 0 THEN 'CLIENT_CREDENTIALS' ELSE '' END, '2022-06-01Z', '2023-01-01Z', '2023-01-01Z'
FROM generate_series(1, pg_temp.size('clients', 300)) AS n;
INSERT INTO ingest.oauth_client_history (organization_key, client_key, valid_from, name, state, is_listed)
SELECT organization_key, client_key, first_seen_at, name, state, is_listed FROM ingest.oauth_client;

INSERT INTO ingest.endpoint (template_uri, http_method, platform)
SELECT
    'api/v2/' || (ARRAY[
        'analytics', 'architect', 'authorization', 'conversations', 'externalcontacts', 'flows', 'groups', 'integrations',
        'journey', 'languages', 'locations', 'notifications', 'outbound', 'presence', 'quality', 'recordings', 'responses',
        'routing', 'scripts', 'speechandtextanalytics', 'stations', 'telephony', 'usage', 'users', 'workforcemanagement'
    ])[1 + n % 25] || (ARRAY['', '/{id}', '/{id}/details', '/query'])[1 + n / 25 % 4]
    || CASE WHEN n >= 200 THEN '/' || n ELSE '' END,
    (ARRAY['GET', 'POST'])[1 + n / 100 % 2], ''
FROM generate_series(0, pg_temp.size('endpoints', 200) - 1) AS n;

-- 2. Which pairs are used, and how much: the product of two power laws. Keys are strewn, so that the largest is not first.
CREATE TEMPORARY TABLE pair AS
SELECT client.client_key, endpoint.endpoint_key,
    200000 / (1 + client.client_key * 7919 % pg_temp.size('clients', 300))
    / (1 + endpoint.endpoint_key * 6007 % pg_temp.size('endpoints', 200)) ^ 0.8
    * (0.2 + pg_temp.chance(client.client_key * 1000000::bigint + endpoint.endpoint_key, 1)) AS usual_requests,
    -- One client in ten came later, one in twenty has gone.
    CASE WHEN client.client_key % 10 = 3
        THEN date '2023-06-01' + floor(pg_temp.chance(client.client_key, 2) * 700)::integer ELSE '-infinity' END AS first_day,
    CASE WHEN client.client_key % 20 = 7
        THEN date '2023-06-01' + floor(pg_temp.chance(client.client_key, 3) * 900)::integer ELSE 'infinity' END AS last_day
FROM ingest.oauth_client AS client
CROSS JOIN ingest.endpoint AS endpoint
WHERE pg_temp.chance(client.client_key * 1000000::bigint + endpoint.endpoint_key, 4) < 0.48;
ANALYZE pair;

-- 3. Months of facts, in the order of their key, with what was asked and stored.
DO $$
DECLARE
    month date;
BEGIN
    FOR month IN
        SELECT generate_series(start_date, date '2025-12-31', '1 month')::date FROM ingest.source_dataset
    LOOP
        PERFORM ingest.ensure_partition(month);
        INSERT INTO ingest.usage_row (
            requests, status_200, status_300, status_400, status_429, status_500, first_loaded_at, last_changed_at,
            organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key
        )
        SELECT requests, requests - status_400 - status_500, 0, status_400, status_429, status_500,
            (usage_date + time '02:00') AT TIME ZONE 'UTC' + interval '1 day',
            (usage_date + time '02:00') AT TIME ZONE 'UTC' + CASE WHEN is_restated THEN interval '3 days' ELSE '1 day' END,
            1, 'organization_query', usage_date, client_key, endpoint_key, 1, 1
        FROM (
            SELECT day.usage_date::date AS usage_date, pair.client_key, pair.endpoint_key, count.requests,
                refused.status_429,
                refused.status_429 + floor((count.requests - refused.status_429) * 0.01 * dice.fourth)::bigint AS status_400,
                floor((count.requests - refused.status_429) * 0.002 * dice.third)::bigint AS status_500,
                dice.third < 0.004 AS is_restated
            FROM generate_series(month, month + interval '1 month' - interval '1 day', '1 day') AS day (usage_date)
            CROSS JOIN pair
            CROSS JOIN LATERAL (
                SELECT hashint8extended(
                    (day.usage_date::date - date '2000-01-01') * 1000000000::bigint + pair.client_key * 1000000::bigint
                    + pair.endpoint_key, 5) AS bits
            ) AS hash
            CROSS JOIN LATERAL (
                SELECT (hash.bits & 65535) / 65536.0::double precision AS first,
                    (hash.bits >> 16 & 65535) / 65536.0::double precision AS second,
                    (hash.bits >> 32 & 65535) / 65536.0::double precision AS third,
                    (hash.bits >> 48 & 65535) / 65536.0::double precision AS fourth
            ) AS dice
            CROSS JOIN LATERAL (
                SELECT greatest(1, round(
                    pair.usual_requests * (0.5 + dice.second)
                    * CASE WHEN extract(isodow FROM day.usage_date) > 5 THEN 0.35 ELSE 1 END::double precision
                    * (1 + (day.usage_date::date - date '2023-01-01') / 2200.0::double precision)
                ))::bigint AS requests
            ) AS count
            CROSS JOIN LATERAL (
                SELECT CASE WHEN dice.fourth < 0.02 THEN greatest(1, count.requests / 10) ELSE 0 END AS status_429
            ) AS refused
            WHERE dice.first < CASE WHEN extract(isodow FROM day.usage_date) > 5 THEN 0.45 ELSE 0.75 END
                AND day.usage_date::date BETWEEN pair.first_day AND pair.last_day
        ) AS stated
        ORDER BY usage_date, client_key, endpoint_key;
    END LOOP;
END
$$;

INSERT INTO ingest.run (kind, version, began_at, finished_at, outcome)
SELECT 'scheduled', 'benchmark', day + interval '26 hours', day + interval '26 hours 5 minutes', 'complete'
FROM ingest.source_dataset, generate_series(start_date AT TIME ZONE 'UTC', timestamptz '2025-12-31Z', '1 day') AS day;
INSERT INTO ingest.request_day (source_key, usage_date, requests, throttled)
SELECT 1, (began_at AT TIME ZONE 'UTC')::date - 1, 60, 0 FROM ingest.run;
INSERT INTO ingest.execution (
    organization_key, dataset, client_id, first_day, last_day, by_user, run_id, state, execution_id,
    intended_at, accepted_at, ended_at
)
SELECT 1, 'organization_query', '', (began_at AT TIME ZONE 'UTC')::date - 1, (began_at AT TIME ZONE 'UTC')::date - 1, false,
    run_id, 'complete', md5(run_id::text)::uuid::text, began_at, began_at, finished_at
FROM ingest.run ORDER BY run_id;
INSERT INTO ingest.coverage (
    organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
)
SELECT 1, 'organization_query', '', first_day, CASE WHEN first_day < '2025-12-30' THEN 'covered' ELSE 'provisional' END,
    stored.rows, submission_id, intended_at, run_id
FROM ingest.execution
CROSS JOIN LATERAL (
    SELECT count(*) AS rows FROM ingest.usage_row
    WHERE organization_key = 1 AND dataset = 'organization_query' AND usage_date = first_day
) AS stored;

-- 4. The journal: before a restated row had a twentieth less.
INSERT INTO ingest.restatement (
    changed_at, first_loaded_at, old_fetched_at, run_id,
    old_requests, old_status_200, old_status_300, old_status_400, old_status_429, old_status_500,
    new_requests, new_status_200, new_status_300, new_status_400, new_status_429, new_status_500,
    organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key
)
SELECT last_changed_at, first_loaded_at, first_loaded_at, 1,
    requests - status_200 / 20, status_200 - status_200 / 20, status_300, status_400, status_429, status_500,
    requests, status_200, status_300, status_400, status_429, status_500,
    organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key
FROM ingest.usage_row
WHERE last_changed_at > first_loaded_at AND status_200 >= 20
ORDER BY last_changed_at, usage_date, client_key, endpoint_key;

-- 5. The sums.
SELECT ingest.rebuild_rollups((SELECT start_date FROM ingest.source_dataset), '2025-12-31');
