-- What analysts read. Applied again whenever this text changes, so a change here needs no numbered file as long as
-- columns are only added at the end of a view.
--
-- Facts and journal are joined to their dimensions by LEFT JOIN although no partner is ever missing: the planner leaves
-- out such a join when a question does not use its columns, which an inner join does not allow.

CREATE OR REPLACE VIEW usage.api_usage_daily AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    fact.dataset::text AS dataset,
    fact.usage_date,
    client.client_id,
    client.name AS client_name,
    caller.calling_organization_id,
    usage_user.user_id,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    fact.requests,
    fact.status_200,
    fact.status_300,
    fact.status_400,
    fact.status_429,
    fact.status_500,
    fact.first_loaded_at,
    fact.last_changed_at
FROM ingest.usage_row AS fact
LEFT JOIN ingest.organization AS organization ON fact.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON fact.organization_key = claim.organization_key AND fact.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON fact.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON fact.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON fact.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON fact.calling_organization_key = caller.calling_organization_key;
COMMENT ON VIEW usage.api_usage_daily IS
    'One line a stored row of every dataset with a day. Datasets overlap and count different things: filter by dataset before you sum, or read usage.api_usage.';

CREATE OR REPLACE VIEW usage.api_usage AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    fact.usage_date,
    client.client_id,
    client.name AS client_name,
    caller.calling_organization_id,
    usage_user.user_id,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    fact.requests,
    fact.status_200,
    fact.status_300,
    fact.status_400,
    fact.status_429,
    fact.status_500,
    fact.first_loaded_at,
    fact.last_changed_at
FROM ingest.usage_row AS fact
INNER JOIN ingest.organization AS organization
    ON fact.organization_key = organization.organization_key AND fact.dataset = organization.primary_dataset
LEFT JOIN ingest.claim AS claim
    ON fact.organization_key = claim.organization_key AND fact.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON fact.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON fact.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON fact.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON fact.calling_organization_key = caller.calling_organization_key;
COMMENT ON VIEW usage.api_usage IS
    'API usage by UTC day, OAuth client, template URI and HTTP method, of each organization''s primary dataset only: safe to sum.';

DO $$
DECLARE
    view_name text;
    commented record;
BEGIN
    FOREACH view_name IN ARRAY ARRAY['api_usage_daily', 'api_usage'] LOOP
        FOR commented IN
            SELECT * FROM (VALUES
                ('source', 'Configured account that the row came through.'),
                ('organization_id', 'Organization whose usage is measured, the vendor''s identifier.'),
                ('organization_name', 'Its current name.'),
                ('dataset', 'Which question was asked of the vendor.'),
                ('usage_date', 'UTC day on which the requests were made.'),
                ('client_id', 'OAuth client that made the requests; empty when the vendor named none.'),
                ('client_name', 'Its current name; names are not unique and change, so group by client_id.'),
                ('calling_organization_id', 'Organization in which the requests were made; empty when not asked.'),
                ('user_id', 'User the requests were made for; empty when not grouped by user.'),
                ('template_uri', 'Endpoint pattern without a leading slash: api/v2/users/{userId}.'),
                ('http_method', 'HTTP method; empty when not grouped by it.'),
                ('platform', 'Platform of the newer API family; empty in the older one.'),
                ('requests', 'All requests.'),
                ('status_200', 'Requests answered with a 2xx status.'),
                ('status_300', 'Requests answered with a 3xx status.'),
                ('status_400', 'Requests answered with a 4xx status.'),
                ('status_429', 'Requests answered with 429; part of status_400 in the older family, so do not add the two.'),
                ('status_500', 'Requests answered with a 5xx status.'),
                ('first_loaded_at', 'When the row was first stored.'),
                ('last_changed_at', 'When a counter of the row last changed; first_loaded_at if never.')
            ) AS comments (column_name, comment_text)
            WHERE (view_name, column_name) <> ('api_usage', 'dataset')
        LOOP
            EXECUTE format('COMMENT ON COLUMN usage.%I.%I IS %L',
                view_name, commented.column_name, commented.comment_text);
        END LOOP;
    END LOOP;
END
$$;

CREATE OR REPLACE VIEW usage.oauth_client AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    client.client_id,
    client.name AS client_name,
    client.state,
    client.is_listed,
    client.authorized_grant_type,
    client.created_at,
    client.first_seen_at,
    client.last_changed_at
FROM ingest.oauth_client AS client
INNER JOIN ingest.organization AS organization USING (organization_key);
COMMENT ON VIEW usage.oauth_client IS 'One line an OAuth client ever listed or seen in usage, with its current name and state.';
COMMENT ON COLUMN usage.oauth_client.organization_id IS 'Organization in whose listing or usage the client was met.';
COMMENT ON COLUMN usage.oauth_client.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.oauth_client.client_id IS 'The vendor''s identifier; empty for rows that name no client.';
COMMENT ON COLUMN usage.oauth_client.client_name IS 'Current name; not unique.';
COMMENT ON COLUMN usage.oauth_client.state IS 'active, disabled or inactive as listed; empty when never listed.';
COMMENT ON COLUMN usage.oauth_client.is_listed IS 'Whether the newest listing contained it; built-in and deleted clients are not listed.';
COMMENT ON COLUMN usage.oauth_client.authorized_grant_type IS 'Grant type as listed; empty when not stated.';
COMMENT ON COLUMN usage.oauth_client.created_at IS 'When the vendor says it was created.';
COMMENT ON COLUMN usage.oauth_client.first_seen_at IS 'When it was first listed or met in usage.';
COMMENT ON COLUMN usage.oauth_client.last_changed_at IS 'When its name, state or listing last changed here.';

CREATE OR REPLACE VIEW usage.oauth_client_history AS
SELECT
    organization.organization_id,
    client.client_id,
    history.name AS client_name,
    history.state,
    history.is_listed,
    history.valid_from,
    nullif(history.valid_to, 'infinity') AS valid_to
FROM ingest.oauth_client_history AS history
INNER JOIN ingest.organization AS organization USING (organization_key)
INNER JOIN ingest.oauth_client AS client USING (organization_key, client_key);
COMMENT ON VIEW usage.oauth_client_history IS 'Validity of each name, state and listing of each OAuth client, as noticed by the loader.';
COMMENT ON COLUMN usage.oauth_client_history.organization_id IS 'Organization of the client.';
COMMENT ON COLUMN usage.oauth_client_history.client_id IS 'The vendor''s identifier.';
COMMENT ON COLUMN usage.oauth_client_history.client_name IS 'Name during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.state IS 'State during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.is_listed IS 'Whether the listing contained it during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.valid_from IS 'When this was first noticed.';
COMMENT ON COLUMN usage.oauth_client_history.valid_to IS 'When a change was noticed; NULL for what is valid now.';

-- Days that are owed: from each dataset's start date to yesterday, plus days tried outside that range.
CREATE OR REPLACE VIEW usage.coverage AS
WITH owed AS (
    SELECT
        source.name AS source,
        claim.organization_key,
        asked.dataset,
        day.usage_day::date AS usage_date
    FROM ingest.source AS source
    INNER JOIN ingest.source_dataset AS asked USING (source_key)
    -- What another source stored of this organization is not this one's.
    LEFT JOIN ingest.claim AS claim
        ON asked.source_key = claim.source_key
        AND asked.dataset = claim.dataset
        AND source.organization_key = claim.organization_key
    CROSS JOIN LATERAL generate_series(
        asked.start_date::timestamp, (ingest.today() - 1)::timestamp, interval '1 day'
    ) AS day (usage_day)
    WHERE source.is_configured AND asked.is_configured
)
SELECT
    owed.source,
    owed.dataset::text AS dataset,
    coalesce(tried.client_id, '') AS client_id,
    owed.usage_date,
    coalesce(tried.state, 'gap') AS state,
    tried.row_count AS rows,
    tried.fetched_at,
    coalesce(tried.last_error, '') AS last_error,
    tried.run_id
FROM owed
LEFT JOIN ingest.coverage AS tried
    ON owed.organization_key = tried.organization_key
    AND owed.dataset = tried.dataset
    AND owed.usage_date = tried.usage_date
UNION ALL
SELECT
    source.name AS source,
    tried.dataset::text AS dataset,
    tried.client_id,
    tried.usage_date,
    tried.state,
    tried.row_count AS rows,
    tried.fetched_at,
    tried.last_error,
    tried.run_id
FROM ingest.coverage AS tried
INNER JOIN ingest.claim AS claim
    ON tried.organization_key = claim.organization_key AND tried.dataset = claim.dataset
INNER JOIN ingest.source AS source ON claim.source_key = source.source_key
WHERE NOT EXISTS (
    SELECT FROM ingest.source_dataset AS asked
    WHERE asked.source_key = source.source_key
        AND asked.dataset = tried.dataset
        AND asked.is_configured
        AND source.is_configured
        AND tried.usage_date BETWEEN asked.start_date AND ingest.today() - 1
);
COMMENT ON VIEW usage.coverage IS
    'One line a day that is owed: says whether a day without rows means "no usage" or "not fetched". States: gap (never fetched), failed (tried, never stored), provisional (stored, may still change), covered (stored and settled), unavailable (the API will never give it).';
COMMENT ON COLUMN usage.coverage.source IS 'Configured account that owes the day.';
COMMENT ON COLUMN usage.coverage.dataset IS 'Which question is asked.';
COMMENT ON COLUMN usage.coverage.client_id IS 'OAuth client asked about; empty where the dataset is not asked per client.';
COMMENT ON COLUMN usage.coverage.usage_date IS 'The day.';
COMMENT ON COLUMN usage.coverage.state IS 'gap, failed, provisional, covered or unavailable.';
COMMENT ON COLUMN usage.coverage.rows IS 'Stored rows of the day: 0 is "no usage", NULL is "not stored".';
COMMENT ON COLUMN usage.coverage.fetched_at IS 'When the stored answer was asked for.';
COMMENT ON COLUMN usage.coverage.last_error IS
    'Why the last attempt failed or what is unexplained; empty when all is well. A failed re-read keeps state and rows.';
COMMENT ON COLUMN usage.coverage.run_id IS 'Run that stored the day or, if never stored, last tried.';

CREATE OR REPLACE VIEW usage.restatement AS
SELECT
    source.name AS source,
    organization.organization_id,
    change.dataset::text AS dataset,
    change.usage_date,
    client.client_id,
    client.name AS client_name,
    caller.calling_organization_id,
    usage_user.user_id,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    change.old_requests,
    change.new_requests,
    change.old_status_200,
    change.new_status_200,
    change.old_status_300,
    change.new_status_300,
    change.old_status_400,
    change.new_status_400,
    change.old_status_429,
    change.new_status_429,
    change.old_status_500,
    change.new_status_500,
    change.first_loaded_at,
    change.changed_at,
    change.run_id,
    change.restatement_id
FROM ingest.restatement AS change
LEFT JOIN ingest.organization AS organization ON change.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON change.organization_key = claim.organization_key AND change.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON change.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON change.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON change.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON change.calling_organization_key = caller.calling_organization_key;
COMMENT ON VIEW usage.restatement IS
    'Every change of a row of a day that was stored before: old and new counters. A row that appeared has old = NULL, one that vanished new = NULL.';
COMMENT ON COLUMN usage.restatement.source IS 'Configured account that the change came through.';
COMMENT ON COLUMN usage.restatement.organization_id IS 'Organization whose usage is measured.';
COMMENT ON COLUMN usage.restatement.dataset IS 'Which question was asked.';
COMMENT ON COLUMN usage.restatement.usage_date IS 'Day whose numbers changed.';
COMMENT ON COLUMN usage.restatement.client_id IS 'OAuth client of the row.';
COMMENT ON COLUMN usage.restatement.client_name IS 'Its current name.';
COMMENT ON COLUMN usage.restatement.calling_organization_id IS 'Organization in which the requests were made; empty when not asked.';
COMMENT ON COLUMN usage.restatement.user_id IS 'User of the row; empty when not grouped by user.';
COMMENT ON COLUMN usage.restatement.template_uri IS 'Endpoint pattern of the row.';
COMMENT ON COLUMN usage.restatement.http_method IS 'HTTP method of the row.';
COMMENT ON COLUMN usage.restatement.platform IS 'Platform of the row; empty in the older family.';
COMMENT ON COLUMN usage.restatement.old_requests IS 'Requests before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_requests IS 'Requests after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.old_status_200 IS '2xx before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_status_200 IS '2xx after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.old_status_300 IS '3xx before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_status_300 IS '3xx after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.old_status_400 IS '4xx before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_status_400 IS '4xx after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.old_status_429 IS '429 before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_status_429 IS '429 after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.old_status_500 IS '5xx before; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.new_status_500 IS '5xx after; NULL for a row that vanished.';
COMMENT ON COLUMN usage.restatement.first_loaded_at IS 'When the row before the change was first stored; NULL for a row that appeared.';
COMMENT ON COLUMN usage.restatement.changed_at IS 'When the change was stored.';
COMMENT ON COLUMN usage.restatement.run_id IS 'Run that stored the change.';
COMMENT ON COLUMN usage.restatement.restatement_id IS 'Order of the changes: the greater came later.';

CREATE OR REPLACE VIEW usage.freshness AS
SELECT
    source.name AS source,
    asked.dataset::text AS dataset,
    stored.newest_day,
    greatest(ingest.today() - 1 - coalesce(stored.newest_day, asked.start_date - 1), 0) AS days_behind,
    greatest(ingest.today() - asked.start_date, 0) - coalesce(stored.owed_days, 0) AS gaps,
    coalesce(stored.failed_days, 0) AS failed_days,
    coalesce(stored.provisional_days, 0) AS provisional_days,
    stored.last_fetched_at,
    stored.next_attempt_at,
    source.last_error
FROM ingest.source AS source
INNER JOIN ingest.source_dataset AS asked USING (source_key)
LEFT JOIN ingest.claim AS claim
    ON asked.source_key = claim.source_key
    AND asked.dataset = claim.dataset
    AND source.organization_key = claim.organization_key
LEFT JOIN LATERAL (
    SELECT
        max(tried.usage_date) FILTER (WHERE tried.state IN ('provisional', 'covered')) AS newest_day,
        count(DISTINCT tried.usage_date) FILTER (
            WHERE tried.state <> 'failed' AND tried.usage_date BETWEEN asked.start_date AND ingest.today() - 1
        ) AS owed_days,
        count(*) FILTER (WHERE tried.state = 'failed') AS failed_days,
        count(*) FILTER (WHERE tried.state = 'provisional') AS provisional_days,
        max(tried.fetched_at) AS last_fetched_at,
        min(tried.next_attempt_at) AS next_attempt_at
    FROM ingest.coverage AS tried
    WHERE tried.organization_key = claim.organization_key AND tried.dataset = asked.dataset
) AS stored ON true
WHERE source.is_configured AND asked.is_configured;
COMMENT ON VIEW usage.freshness IS 'How far each source and dataset is, one line each.';
COMMENT ON COLUMN usage.freshness.source IS 'Configured account.';
COMMENT ON COLUMN usage.freshness.dataset IS 'Which question is asked.';
COMMENT ON COLUMN usage.freshness.newest_day IS 'Newest day that is stored; NULL when none is.';
COMMENT ON COLUMN usage.freshness.days_behind IS 'Days between the newest stored day and yesterday; 0 is up to date.';
COMMENT ON COLUMN usage.freshness.gaps IS 'Owed days that are not stored, failed ones included.';
COMMENT ON COLUMN usage.freshness.failed_days IS 'Days that were tried and never stored.';
COMMENT ON COLUMN usage.freshness.provisional_days IS 'Stored days that may still change.';
COMMENT ON COLUMN usage.freshness.last_fetched_at IS 'When the newest answer that is stored was asked for.';
COMMENT ON COLUMN usage.freshness.next_attempt_at IS
    'Earliest time at which a failed day is tried again; NULL when none failed (then the schedule decides).';
COMMENT ON COLUMN usage.freshness.last_error IS 'Why the source as a whole could not work last time; empty when it could.';
