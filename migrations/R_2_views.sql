-- What analysts read. Applied again whenever this text changes, so a change here needs no numbered file as long as
-- columns are only added at the end of a view.
--
-- Facts and journal are joined to their dimensions by LEFT JOIN although no partner is ever missing: the planner leaves
-- out such a join when a question does not use its columns, which an inner join does not allow.

-- Simple searches state names, not ids: what they count stands on a line of ingest.oauth_client that has the name alone.
-- These two say which names cannot tell one OAuth client.

CREATE OR REPLACE VIEW ingest.client_name AS
SELECT client.organization_key, client.client_key, client.name
FROM ingest.oauth_client AS client
WHERE client.client_id <> '' AND client.name <> ''
UNION
SELECT client.organization_key, client.client_key, client.usage_name AS name
FROM ingest.oauth_client AS client
WHERE client.client_id <> '' AND client.usage_name <> ''
UNION
SELECT client.organization_key, client.client_key, history.name
FROM ingest.oauth_client_history AS history
INNER JOIN ingest.oauth_client AS client USING (organization_key, client_key)
WHERE client.client_id <> '' AND history.name <> '';
COMMENT ON VIEW ingest.client_name IS 'Every name that an OAuth client with an id is known to have borne, each once.';
COMMENT ON COLUMN ingest.client_name.organization_key IS 'Organization of the client.';
COMMENT ON COLUMN ingest.client_name.client_key IS 'The client.';
COMMENT ON COLUMN ingest.client_name.name IS 'A name it bears or bore, as listed or as usage stated it.';

CREATE OR REPLACE VIEW ingest.shared_name AS
SELECT known.organization_key, known.name
FROM ingest.client_name AS known
GROUP BY known.organization_key, known.name
HAVING count(*) > 1;
COMMENT ON VIEW ingest.shared_name IS
    'Names that several OAuth clients of an organization are known to have borne, at once or one after another.';
COMMENT ON COLUMN ingest.shared_name.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.shared_name.name IS 'The name.';

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
    fact.last_changed_at,
    client.is_shared_name OR shared.name IS NOT NULL AS ambiguous_name
FROM ingest.usage_row AS fact
LEFT JOIN ingest.organization AS organization ON fact.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON fact.organization_key = claim.organization_key AND fact.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON fact.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON fact.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON fact.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON fact.calling_organization_key = caller.calling_organization_key
LEFT JOIN ingest.shared_name AS shared
    ON fact.organization_key = shared.organization_key AND client.stated_name = shared.name;
COMMENT ON VIEW usage.api_usage_daily IS
    'One line a stored row of every dataset with a day. Datasets overlap and count different things: filter by dataset before you sum, or read usage.api_usage. organization_query, client_query and simplesearch count the requests that Genesys bills. organization_jobs and client_jobs count all requests, which is not the billable number: never add them to the others. Rows of client_query and client_jobs speak of the organization in which the requests were made (calling_organization_id). Rows of simplesearch know their client by its name alone.';

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
    fact.last_changed_at,
    client.is_shared_name OR shared.name IS NOT NULL AS ambiguous_name
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
    ON fact.calling_organization_key = caller.calling_organization_key
LEFT JOIN ingest.shared_name AS shared
    ON fact.organization_key = shared.organization_key AND client.stated_name = shared.name;
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
                ('dataset', 'Which question was asked of the vendor; usage of two datasets is never added.'),
                ('usage_date', 'UTC day on which the requests were made.'),
                ('client_id', 'OAuth client that made the requests; empty when the vendor stated no id (simplesearch states names alone).'),
                ('client_name', 'Its current name, or the stated name where client_id is empty; names are not unique and change, so group by client_id.'),
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
                ('last_changed_at', 'When a counter of the row last changed; first_loaded_at if never.'),
                ('ambiguous_name', 'Whether client_name, stated without an id, is or was the name of several OAuth clients.')
            ) AS comments (column_name, comment_text)
            WHERE (view_name, column_name) <> ('api_usage', 'dataset')
        LOOP
            EXECUTE format('COMMENT ON COLUMN usage.%I.%I IS %L',
                view_name, commented.column_name, commented.comment_text);
        END LOOP;
    END LOOP;
END
$$;

CREATE OR REPLACE VIEW usage.organization AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    organization.primary_dataset::text AS primary_dataset,
    organization.time_zone
FROM ingest.organization AS organization;
COMMENT ON VIEW usage.organization IS
    'One line an organization that a source has ever been about: also one of which nothing is stored yet, and one whose source is configured no more.';
COMMENT ON COLUMN usage.organization.organization_id IS 'The vendor''s identifier.';
COMMENT ON COLUMN usage.organization.organization_name IS 'Its current name; empty when the vendor states none.';
COMMENT ON COLUMN usage.organization.primary_dataset IS
    'The one dataset that the views of questions count; NULL until a source has claimed one.';
COMMENT ON COLUMN usage.organization.time_zone IS 'Zone in which the days of its channel usage are counted.';

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
INNER JOIN ingest.organization AS organization USING (organization_key)
WHERE client.stated_name = '';
COMMENT ON VIEW usage.oauth_client IS
    'One line an OAuth client ever listed or seen in usage, with its current name and state. A name that simple searches state is no client: it may be that of several, and so has no line here.';
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
INNER JOIN ingest.oauth_client AS client USING (organization_key, client_key)
WHERE client.stated_name = '';
COMMENT ON VIEW usage.oauth_client_history IS
    'Validity of each name, state and listing of each OAuth client, as noticed by the loader. Names that simple searches state have no line here, as in usage.oauth_client.';
COMMENT ON COLUMN usage.oauth_client_history.organization_id IS 'Organization of the client.';
COMMENT ON COLUMN usage.oauth_client_history.client_id IS 'The vendor''s identifier.';
COMMENT ON COLUMN usage.oauth_client_history.client_name IS 'Name during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.state IS 'State during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.is_listed IS 'Whether the listing contained it during the validity.';
COMMENT ON COLUMN usage.oauth_client_history.valid_from IS 'When this was first noticed.';
COMMENT ON COLUMN usage.oauth_client_history.valid_to IS 'When a change was noticed; NULL for what is valid now.';

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
    change.restatement_id,
    client.is_shared_name OR shared.name IS NOT NULL AS ambiguous_name,
    change.old_fetched_at
FROM ingest.restatement AS change
LEFT JOIN ingest.organization AS organization ON change.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON change.organization_key = claim.organization_key AND change.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON change.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON change.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON change.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON change.calling_organization_key = caller.calling_organization_key
LEFT JOIN ingest.shared_name AS shared
    ON change.organization_key = shared.organization_key AND client.stated_name = shared.name;
COMMENT ON VIEW usage.restatement IS
    'Every change of a row of a day that was stored before: old and new counters. A row that appeared has old = NULL, one that vanished new = NULL.';
COMMENT ON COLUMN usage.restatement.source IS 'Configured account that the change came through.';
COMMENT ON COLUMN usage.restatement.organization_id IS 'Organization whose usage is measured.';
COMMENT ON COLUMN usage.restatement.dataset IS 'Which question was asked.';
COMMENT ON COLUMN usage.restatement.usage_date IS 'Day whose numbers changed.';
COMMENT ON COLUMN usage.restatement.client_id IS 'OAuth client of the row; empty when the vendor stated no id.';
COMMENT ON COLUMN usage.restatement.client_name IS 'Its current name, or the stated name where client_id is empty.';
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
COMMENT ON COLUMN usage.restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the row between then and changed_at. NULL when not known.';
COMMENT ON COLUMN usage.restatement.ambiguous_name IS
    'Whether client_name, stated without an id, is or was the name of several OAuth clients.';

CREATE OR REPLACE VIEW usage.client_summary AS
SELECT
    source.name AS source,
    organization.organization_id,
    client.client_id,
    client.name AS client_name,
    summary.as_of,
    summary.days,
    nullif(summary.usage_date, '-infinity') AS usage_date,
    endpoint.template_uri,
    endpoint.http_method,
    summary.requests,
    summary.status_200,
    summary.status_300,
    summary.status_400,
    summary.status_429,
    summary.status_500,
    caller.calling_organization_id,
    usage_user.user_id,
    endpoint.platform,
    organization.name AS organization_name
FROM ingest.client_summary_row AS summary
LEFT JOIN ingest.organization AS organization ON summary.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON summary.organization_key = claim.organization_key AND claim.dataset = 'client_summary'
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON summary.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON summary.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON summary.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON summary.calling_organization_key = caller.calling_organization_key;
COMMENT ON VIEW usage.client_summary IS
    'Snapshots of each OAuth client''s summary as answered, one a client a day. Each counts the days before its as_of, so snapshots overlap: choose one as_of, never sum over several.';
COMMENT ON COLUMN usage.client_summary.source IS 'Configured account that the snapshot came through.';
COMMENT ON COLUMN usage.client_summary.organization_id IS 'Organization of the client, the vendor''s identifier.';
COMMENT ON COLUMN usage.client_summary.client_id IS 'OAuth client that the answer speaks of.';
COMMENT ON COLUMN usage.client_summary.client_name IS 'Its current name; not unique.';
COMMENT ON COLUMN usage.client_summary.as_of IS 'UTC day on which the snapshot was asked for.';
COMMENT ON COLUMN usage.client_summary.days IS 'How many days back were asked for.';
COMMENT ON COLUMN usage.client_summary.usage_date IS
    'UTC day that the row counts; NULL for a row that counts all the days of the snapshot together. Do not add the two kinds.';
COMMENT ON COLUMN usage.client_summary.template_uri IS 'Endpoint pattern; empty when not grouped by it.';
COMMENT ON COLUMN usage.client_summary.http_method IS 'HTTP method; empty when not grouped by it.';
COMMENT ON COLUMN usage.client_summary.requests IS 'All requests of the row.';
COMMENT ON COLUMN usage.client_summary.status_200 IS 'Requests answered with a 2xx status.';
COMMENT ON COLUMN usage.client_summary.status_300 IS 'Requests answered with a 3xx status.';
COMMENT ON COLUMN usage.client_summary.status_400 IS 'Requests answered with a 4xx status.';
COMMENT ON COLUMN usage.client_summary.status_429 IS 'Requests answered with 429; part of status_400, so do not add the two.';
COMMENT ON COLUMN usage.client_summary.status_500 IS 'Requests answered with a 5xx status.';
COMMENT ON COLUMN usage.client_summary.calling_organization_id IS
    'Organization in which the requests were made; empty when not stated.';
COMMENT ON COLUMN usage.client_summary.user_id IS 'User the requests were made for; empty when not stated.';
COMMENT ON COLUMN usage.client_summary.platform IS 'Platform; empty when not stated.';
COMMENT ON COLUMN usage.client_summary.organization_name IS 'Current name of the organization.';

-- A snapshot a day says the same for months: analysts want to know since when a limit has its value. A day on which the
-- limits were not read interrupts nothing.
CREATE OR REPLACE VIEW usage.api_limit AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    stretch.namespace,
    stretch.key,
    stretch.value,
    min(stretch.as_of) AS first_seen_on,
    max(stretch.as_of) AS last_seen_on,
    max(stretch.as_of) = newest.as_of AS is_current
FROM (
    SELECT
        seen.*,
        -- Consecutive readings with one value share this difference.
        row_number() OVER (
            PARTITION BY seen.organization_key, seen.namespace, seen.key ORDER BY seen.as_of
        ) - row_number() OVER (
            PARTITION BY seen.organization_key, seen.namespace, seen.key, seen.value ORDER BY seen.as_of
        ) AS stretch
    FROM ingest.limit_snapshot AS seen
) AS stretch
INNER JOIN ingest.organization AS organization USING (organization_key)
INNER JOIN (
    SELECT organization_key, namespace, max(as_of) AS as_of
    FROM ingest.limit_snapshot
    GROUP BY organization_key, namespace
) AS newest USING (organization_key, namespace)
GROUP BY
    organization.organization_id, organization.name, stretch.namespace, stretch.key, stretch.value, stretch.stretch,
    newest.as_of;
COMMENT ON VIEW usage.api_limit IS
    'Limits of the vendor''s API as its limits endpoint stated them, one line a value and the time it was seen. They are read once a UTC day; every reading is in ingest.limit_snapshot.';
COMMENT ON COLUMN usage.api_limit.organization_id IS 'Organization whose limits were read.';
COMMENT ON COLUMN usage.api_limit.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.api_limit.namespace IS 'platform.api or usage.';
COMMENT ON COLUMN usage.api_limit.key IS 'Name of the limit.';
COMMENT ON COLUMN usage.api_limit.value IS 'The limit, in whatever its name counts.';
COMMENT ON COLUMN usage.api_limit.first_seen_on IS 'First day on which this value was read.';
COMMENT ON COLUMN usage.api_limit.last_seen_on IS
    'Last day on which it was read, without another value in between; it may have changed any time until the next reading.';
COMMENT ON COLUMN usage.api_limit.is_current IS 'Whether the newest reading of the namespace stated it.';
