-- What was known when. Applied again whenever this text changes: columns are only added at the end.
--
-- A row's present state stands among the facts; each earlier one is the old side of an entry of the journal. Nothing is
-- undone step by step: an entry ends the state before it, and the entry before that one began it. Of two changes of a row
-- the greater restatement_id came later, also where the clock was set back in between: a state then ends when the first
-- of all the changes after it did. So at each moment a row has one state at most.
--
-- The functions run with the rights of who calls them and have no settings of their own, so that the planner puts their
-- bodies into the question: what it says of organization and days reaches the partitions. Therefore they read views of
-- this schema only.

CREATE OR REPLACE VIEW usage.api_usage_version AS
SELECT
    source.name AS source,
    version.organization_id,
    version.organization_name,
    version.usage_date,
    client.client_id,
    client.name AS client_name,
    caller.calling_organization_id,
    usage_user.user_id,
    endpoint.template_uri,
    endpoint.http_method,
    endpoint.platform,
    version.requests,
    version.status_200,
    version.status_300,
    version.status_400,
    version.status_429,
    version.status_500,
    version.first_loaded_at,
    version.last_changed_at,
    client.is_shared_name OR shared.name IS NOT NULL AS ambiguous_name,
    version.known_from,
    version.known_until
FROM (
    SELECT
        fact.organization_key,
        organization.organization_id,
        organization.name AS organization_name,
        fact.dataset,
        fact.usage_date,
        fact.client_key,
        fact.endpoint_key,
        fact.user_key,
        fact.calling_organization_key,
        fact.requests,
        fact.status_200,
        fact.status_300,
        fact.status_400,
        fact.status_429,
        fact.status_500,
        fact.first_loaded_at,
        fact.last_changed_at,
        fact.last_changed_at AS known_from,
        NULL::timestamptz AS known_until
    FROM ingest.usage_row AS fact
    -- On both sides, for behind the union the planner would not know how many rows an organization has.
    INNER JOIN ingest.organization AS organization
        ON fact.organization_key = organization.organization_key AND fact.dataset = organization.primary_dataset
    UNION ALL
    SELECT
        ended.organization_key,
        organization.organization_id,
        organization.name AS organization_name,
        ended.dataset,
        ended.usage_date,
        ended.client_key,
        ended.endpoint_key,
        ended.user_key,
        ended.calling_organization_key,
        ended.old_requests AS requests,
        ended.old_status_200 AS status_200,
        ended.old_status_300 AS status_300,
        ended.old_status_400 AS status_400,
        ended.old_status_429 AS status_429,
        ended.old_status_500 AS status_500,
        ended.first_loaded_at,
        coalesce(ended.former_changed_at, ended.first_loaded_at) AS last_changed_at,
        least(coalesce(ended.former_changed_at, ended.first_loaded_at), ended.known_until) AS known_from,
        ended.known_until
    FROM (
        SELECT
            change.*,
            lag(change.changed_at) OVER row_history AS former_changed_at,
            min(change.changed_at) OVER (
                row_history ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
            ) AS known_until
        FROM ingest.restatement AS change
        WINDOW row_history AS (
            PARTITION BY
                change.organization_key, change.dataset, change.usage_date, change.client_key, change.endpoint_key,
                change.user_key, change.calling_organization_key
            ORDER BY change.restatement_id
        )
    ) AS ended
    INNER JOIN ingest.organization AS organization
        ON ended.organization_key = organization.organization_key AND ended.dataset = organization.primary_dataset
    -- The entry of a row that appeared ends no state.
    WHERE ended.old_requests IS NOT NULL
) AS version
LEFT JOIN ingest.claim AS claim
    ON version.organization_key = claim.organization_key AND version.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON version.client_key = client.client_key
LEFT JOIN ingest.endpoint AS endpoint ON version.endpoint_key = endpoint.endpoint_key
LEFT JOIN ingest.usage_user AS usage_user ON version.user_key = usage_user.user_key
LEFT JOIN ingest.calling_organization AS caller
    ON version.calling_organization_key = caller.calling_organization_key
LEFT JOIN ingest.shared_name AS shared
    ON version.organization_key = shared.organization_key AND client.stated_name = shared.name;
COMMENT ON VIEW usage.api_usage_version IS
    'Every state in which a row of the primary dataset has been, one line each, with the time during which it was what was known. Never sum over it without asking for one moment: usage.api_usage_as_of(moment) does.';

CREATE OR REPLACE VIEW usage.channel_usage_version AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    version.usage_date,
    version.time_zone,
    version.channel,
    version.units,
    version.first_loaded_at,
    version.last_changed_at,
    version.known_from,
    version.known_until
FROM (
    SELECT
        fact.organization_key,
        fact.usage_date,
        fact.time_zone,
        fact.channel,
        fact.units,
        fact.first_loaded_at,
        fact.last_changed_at,
        fact.last_changed_at AS known_from,
        NULL::timestamptz AS known_until
    FROM ingest.channel_usage_row AS fact
    UNION ALL
    SELECT
        ended.organization_key,
        ended.usage_date,
        ended.old_time_zone AS time_zone,
        ended.channel,
        ended.old_units AS units,
        ended.first_loaded_at,
        coalesce(ended.former_changed_at, ended.first_loaded_at) AS last_changed_at,
        least(coalesce(ended.former_changed_at, ended.first_loaded_at), ended.known_until) AS known_from,
        ended.known_until
    FROM (
        SELECT
            change.*,
            lag(change.changed_at) OVER row_history AS former_changed_at,
            min(change.changed_at) OVER (
                row_history ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
            ) AS known_until
        FROM ingest.channel_restatement AS change
        WINDOW row_history AS (
            PARTITION BY change.organization_key, change.usage_date, change.channel ORDER BY change.restatement_id
        )
    ) AS ended
) AS version
LEFT JOIN ingest.organization AS organization ON version.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON version.organization_key = claim.organization_key AND claim.dataset = 'channel_usage'
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key;
COMMENT ON VIEW usage.channel_usage_version IS
    'Every state in which the units of a local day and channel have been, one line each, with the time during which it was what was known. usage.channel_usage_as_of(moment) asks for one moment. Never add channels.';

DO $$
DECLARE
    model text;
    version text;
    commented record;
BEGIN
    -- Columns that mean what they mean in the view of the present.
    FOREACH model IN ARRAY ARRAY['api_usage', 'channel_usage_daily'] LOOP
        version := CASE model WHEN 'api_usage' THEN 'api_usage_version' ELSE 'channel_usage_version' END;
        FOR commented IN
            SELECT attribute.attname, col_description(present.attrelid, present.attnum) AS comment_text
            FROM pg_attribute AS attribute
            INNER JOIN pg_attribute AS present USING (attname)
            WHERE attribute.attrelid = format('usage.%I', version)::regclass
                AND present.attrelid = format('usage.%I', model)::regclass AND present.attnum > 0
        LOOP
            EXECUTE format('COMMENT ON COLUMN usage.%I.%I IS %L', version, commented.attname, commented.comment_text);
        END LOOP;
        EXECUTE format('COMMENT ON COLUMN usage.%I.last_changed_at IS %L', version,
            'When this state was stored; first_loaded_at if it was the first.');
        EXECUTE format('COMMENT ON COLUMN usage.%I.known_from IS %L', version,
            'From when on this state was what was known: last_changed_at, unless the clock was set back.');
        EXECUTE format('COMMENT ON COLUMN usage.%I.known_until IS %L', version,
            'When another state took its place, or the row vanished; NULL for what is stored now.');
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION usage.api_usage_as_of(moment timestamptz)
RETURNS TABLE (
    source text,
    organization_id text,
    organization_name text,
    usage_date date,
    client_id text,
    client_name text,
    calling_organization_id text,
    user_id text,
    template_uri text,
    http_method text,
    platform text,
    requests bigint,
    status_200 bigint,
    status_300 bigint,
    status_400 bigint,
    status_429 bigint,
    status_500 bigint,
    first_loaded_at timestamptz,
    last_changed_at timestamptz,
    ambiguous_name boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT
    version.source,
    version.organization_id,
    version.organization_name,
    version.usage_date,
    version.client_id,
    coalesce(named.client_name, version.client_name) AS client_name,
    version.calling_organization_id,
    version.user_id,
    version.template_uri,
    version.http_method,
    version.platform,
    version.requests,
    version.status_200,
    version.status_300,
    version.status_400,
    version.status_429,
    version.status_500,
    version.first_loaded_at,
    version.last_changed_at,
    version.ambiguous_name
FROM usage.api_usage_version AS version
-- DISTINCT says what is true anyway, so that a question without the name leaves the join out.
LEFT JOIN (
    SELECT DISTINCT ON (history.organization_id, history.client_id)
        history.organization_id,
        history.client_id,
        history.client_name
    FROM usage.oauth_client_history AS history
    WHERE history.client_id <> ''
        AND history.valid_from <= moment AND (history.valid_to > moment OR history.valid_to IS NULL)
    ORDER BY history.organization_id, history.client_id
) AS named
    ON version.organization_id = named.organization_id AND version.client_id = named.client_id
WHERE version.known_from <= moment AND (version.known_until > moment OR version.known_until IS NULL);
END;
COMMENT ON FUNCTION usage.api_usage_as_of(timestamptz) IS
    'usage.api_usage as it was known at a moment: for every window stored by then the rows that were stored then, those that vanished or changed later included. Days first stored later have none. Of days that retention gave up (usage.retention) nothing can be known any more. A window counts from the moment at which its storing began. Names of OAuth clients with an id are those of then; the organization''s name, its primary dataset and ambiguous_name are those of now.';

CREATE OR REPLACE FUNCTION usage.channel_usage_as_of(moment timestamptz)
RETURNS TABLE (
    source text,
    organization_id text,
    organization_name text,
    usage_date date,
    time_zone text,
    channel text,
    units numeric,
    first_loaded_at timestamptz,
    last_changed_at timestamptz
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT
    version.source,
    version.organization_id,
    version.organization_name,
    version.usage_date,
    version.time_zone,
    version.channel,
    version.units,
    version.first_loaded_at,
    version.last_changed_at
FROM usage.channel_usage_version AS version
WHERE version.known_from <= moment AND (version.known_until > moment OR version.known_until IS NULL);
END;
COMMENT ON FUNCTION usage.channel_usage_as_of(timestamptz) IS
    'usage.channel_usage_daily as it was known at a moment, each day in the zone in which it was cut then. Never add channels.';
-- PUBLIC may execute any function, but only who may read the views gets anything from these; none but readers may ask.
REVOKE EXECUTE ON FUNCTION usage.api_usage_as_of(timestamptz), usage.channel_usage_as_of(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.api_usage_as_of(timestamptz), usage.channel_usage_as_of(timestamptz)
TO usage_reader, usage_writer;
