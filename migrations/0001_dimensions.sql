-- Schemas, types and the small dimensions that facts refer to by integer keys.
-- The schema `ingest` itself is made by the migrations runner, whose ledger lives in it.
--
-- Small tables are analysed as soon as they change: the usual threshold of 50 rows would leave them without statistics
-- for ever, and the planner without an idea of how many facts one organization or client has.

CREATE SCHEMA usage;
COMMENT ON SCHEMA usage IS
    'API usage for people: views only. Read these; everything in schema ingest is the machine''s own.';
COMMENT ON SCHEMA ingest IS
    'The loader''s own tables: facts, dimensions, journal, coverage, executions, runs. Read schema usage instead.';

CREATE TYPE ingest.dataset AS ENUM (
    'organization_query',
    'client_query',
    'client_summary',
    'simplesearch',
    'organization_jobs',
    'client_jobs',
    'channel_usage'
);
COMMENT ON TYPE ingest.dataset IS
    'Which question was asked of the vendor. Datasets count different things and are never added together.';

CREATE TABLE ingest.organization (
    organization_key integer GENERATED ALWAYS AS IDENTITY,
    organization_id text NOT NULL,
    name text NOT NULL,
    primary_dataset ingest.dataset,
    first_seen_at timestamptz NOT NULL,
    last_changed_at timestamptz NOT NULL,
    CONSTRAINT organization_pkey PRIMARY KEY (organization_key),
    CONSTRAINT organization_organization_id_key UNIQUE (organization_id)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.organization IS 'Customers of a vendor whose usage is measured, one row each.';
COMMENT ON COLUMN ingest.organization.organization_key IS 'Small key that facts carry first.';
COMMENT ON COLUMN ingest.organization.organization_id IS 'The vendor''s own identifier of the organization.';
COMMENT ON COLUMN ingest.organization.name IS 'Name as the vendor last stated it.';
COMMENT ON COLUMN ingest.organization.primary_dataset IS
    'The one dataset that the canonical view usage.api_usage reads; NULL until a source has claimed one.';
COMMENT ON COLUMN ingest.organization.first_seen_at IS 'When a source first authenticated as this organization.';
COMMENT ON COLUMN ingest.organization.last_changed_at IS 'When name or primary dataset last changed.';

CREATE TABLE ingest.oauth_client (
    client_key integer GENERATED ALWAYS AS IDENTITY,
    organization_key integer NOT NULL,
    client_id text NOT NULL,
    name text NOT NULL DEFAULT '',
    usage_name text NOT NULL DEFAULT '',
    name_seen_on date,
    is_listed boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT '',
    authorized_grant_type text NOT NULL DEFAULT '',
    created_at timestamptz,
    first_seen_at timestamptz NOT NULL,
    last_changed_at timestamptz NOT NULL,
    CONSTRAINT oauth_client_pkey PRIMARY KEY (client_key),
    CONSTRAINT oauth_client_client_id_key UNIQUE (organization_key, client_id),
    CONSTRAINT oauth_client_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.oauth_client IS
    'OAuth clients ever listed by an organization or seen in its usage rows. Rows are never deleted: usage refers to them.';
COMMENT ON COLUMN ingest.oauth_client.client_key IS 'Small key that facts carry.';
COMMENT ON COLUMN ingest.oauth_client.organization_key IS 'The organization in whose listing or usage it was met.';
COMMENT ON COLUMN ingest.oauth_client.client_id IS
    'The vendor''s identifier; the empty text stands for rows that name no client.';
COMMENT ON COLUMN ingest.oauth_client.name IS
    'Current name: the listing''s while the client is listed, otherwise that of the newest usage day that states one.';
COMMENT ON COLUMN ingest.oauth_client.usage_name IS
    'Name as usage rows state it, of the newest day that states one; empty when none does.';
COMMENT ON COLUMN ingest.oauth_client.name_seen_on IS
    'Newest usage day that stated usage_name, so that an older day cannot bring back an older name.';
COMMENT ON COLUMN ingest.oauth_client.is_listed IS
    'Whether the newest listing contained it. Usage also names built-in and deleted clients that are not listed.';
COMMENT ON COLUMN ingest.oauth_client.state IS 'active, disabled or inactive as listed; empty when never listed.';
COMMENT ON COLUMN ingest.oauth_client.authorized_grant_type IS 'Grant type as listed; empty when not stated.';
COMMENT ON COLUMN ingest.oauth_client.created_at IS 'When the vendor says the client was created; NULL when not stated.';
COMMENT ON COLUMN ingest.oauth_client.first_seen_at IS 'When it was first listed or met in a usage row.';
COMMENT ON COLUMN ingest.oauth_client.last_changed_at IS 'When name, state or listing last changed here.';

CREATE TABLE ingest.oauth_client_history (
    organization_key integer NOT NULL,
    client_key integer NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    name text NOT NULL,
    state text NOT NULL,
    is_listed boolean NOT NULL,
    CONSTRAINT oauth_client_history_pkey PRIMARY KEY (organization_key, client_key, valid_from),
    CONSTRAINT oauth_client_history_client_fkey FOREIGN KEY (client_key) REFERENCES ingest.oauth_client,
    CONSTRAINT oauth_client_history_validity CHECK (valid_from <= valid_to)
);
CREATE UNIQUE INDEX oauth_client_history_current
ON ingest.oauth_client_history (organization_key, client_key)
WHERE valid_to = 'infinity';
COMMENT ON INDEX ingest.oauth_client_history_current IS 'At most one current state a client.';
COMMENT ON TABLE ingest.oauth_client_history IS 'Validity of each name, state and listing of an OAuth client, as noticed here.';
COMMENT ON COLUMN ingest.oauth_client_history.organization_key IS 'Organization of the client.';
COMMENT ON COLUMN ingest.oauth_client_history.client_key IS 'The client.';
COMMENT ON COLUMN ingest.oauth_client_history.valid_from IS 'When this state was first noticed.';
COMMENT ON COLUMN ingest.oauth_client_history.valid_to IS 'When a different state was noticed; infinity for the current one.';
COMMENT ON COLUMN ingest.oauth_client_history.name IS 'Name during the validity.';
COMMENT ON COLUMN ingest.oauth_client_history.state IS 'State during the validity.';
COMMENT ON COLUMN ingest.oauth_client_history.is_listed IS 'Whether the listing contained it during the validity.';

CREATE TABLE ingest.endpoint (
    endpoint_key integer GENERATED ALWAYS AS IDENTITY,
    template_uri text NOT NULL,
    http_method text NOT NULL,
    platform text NOT NULL,
    CONSTRAINT endpoint_pkey PRIMARY KEY (endpoint_key),
    CONSTRAINT endpoint_identity_key UNIQUE (template_uri, http_method, platform)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.endpoint IS 'API endpoints met in usage rows: template URI, HTTP method and platform.';
COMMENT ON COLUMN ingest.endpoint.endpoint_key IS 'Small key that facts carry.';
COMMENT ON COLUMN ingest.endpoint.template_uri IS
    'Pattern of the path without a leading slash, as the API sends it: api/v2/users/{userId}. Empty when not grouped.';
COMMENT ON COLUMN ingest.endpoint.http_method IS 'HTTP method; empty when the answer was not grouped by it.';
COMMENT ON COLUMN ingest.endpoint.platform IS 'Platform of the newer API family; empty in the older one.';

CREATE TABLE ingest.usage_user (
    user_key integer GENERATED ALWAYS AS IDENTITY,
    user_id text NOT NULL,
    CONSTRAINT usage_user_pkey PRIMARY KEY (user_key),
    CONSTRAINT usage_user_user_id_key UNIQUE (user_id)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.usage_user IS 'Users met in usage rows of sources that group by user. Identifiers only, no names.';
COMMENT ON COLUMN ingest.usage_user.user_key IS 'Small key that facts carry.';
COMMENT ON COLUMN ingest.usage_user.user_id IS 'The vendor''s identifier; the empty text stands for "not grouped by user".';

CREATE TABLE ingest.calling_organization (
    calling_organization_key integer GENERATED ALWAYS AS IDENTITY,
    calling_organization_id text NOT NULL,
    CONSTRAINT calling_organization_pkey PRIMARY KEY (calling_organization_key),
    CONSTRAINT calling_organization_id_key UNIQUE (calling_organization_id)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.calling_organization IS
    'Organizations in which an OAuth client''s requests were made, as per-client answers name them.';
COMMENT ON COLUMN ingest.calling_organization.calling_organization_key IS 'Small key that facts carry.';
COMMENT ON COLUMN ingest.calling_organization.calling_organization_id IS
    'The vendor''s identifier; the empty text stands for "not asked".';
