-- What the datasets beside organization_query need: clients known by name alone, clients asked one by one, snapshots,
-- units by channel, and limits.

-- Simple searches name OAuth clients without their ids. Such a client has a line of its own, identified by that name.
ALTER TABLE ingest.oauth_client
ADD COLUMN stated_name text NOT NULL DEFAULT '',
ADD COLUMN is_shared_name boolean NOT NULL DEFAULT false;
-- A dimension of some thousand rows is scanned and indexed in milliseconds, and the new key guarantees for clients
-- with an id what the old one did.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE ingest.oauth_client ADD CONSTRAINT oauth_client_id_or_name CHECK (client_id = '' OR stated_name = '');
-- squawk-ignore ban-drop-constraint
ALTER TABLE ingest.oauth_client DROP CONSTRAINT oauth_client_client_id_key;
ALTER TABLE ingest.oauth_client
-- squawk-ignore constraint-missing-not-valid, disallowed-unique-constraint
ADD CONSTRAINT oauth_client_identity_key UNIQUE (organization_key, client_id, stated_name);
COMMENT ON COLUMN ingest.oauth_client.stated_name IS
    'Name that identifies the client where usage states no id; empty where the id does.';
COMMENT ON COLUMN ingest.oauth_client.is_shared_name IS
    'Whether rows of stated_name had to be summed because several clients answer to it. Once true, always true.';

ALTER TABLE ingest.organization ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
COMMENT ON COLUMN ingest.organization.time_zone IS 'IANA name of the zone in which its days are counted.';

-- One window may be asked in several queries: each is its own execution.
ALTER TABLE ingest.execution ADD COLUMN part text NOT NULL DEFAULT '';
COMMENT ON COLUMN ingest.execution.part IS
    'Which part of the window''s answer the query asks for; empty for the whole. Equal for equal questions.';
-- Some hundred thousand rows a year at most: built in less than a second, for which the loader can wait.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX execution_complete ON ingest.execution (dataset, submission_id) WHERE state = 'complete';
COMMENT ON INDEX ingest.execution_complete IS 'Finds the newest answers of a dataset, which tell how long one takes.';

CREATE TABLE ingest.source_client (
    source_key integer NOT NULL,
    client_id text NOT NULL,
    is_asked boolean NOT NULL,
    CONSTRAINT source_client_pkey PRIMARY KEY (source_key, client_id),
    CONSTRAINT source_client_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.source_client IS
    'OAuth clients for which the per-client datasets of a source are asked: the listed ones, or those that the configuration names.';
COMMENT ON COLUMN ingest.source_client.source_key IS 'The source.';
COMMENT ON COLUMN ingest.source_client.client_id IS 'The vendor''s identifier of the OAuth client.';
COMMENT ON COLUMN ingest.source_client.is_asked IS 'Whether it is still asked for; if not, nothing new is owed.';

CREATE TABLE ingest.client_summary_row (
    requests bigint NOT NULL,
    status_200 bigint NOT NULL,
    status_300 bigint NOT NULL,
    status_400 bigint NOT NULL,
    status_429 bigint NOT NULL,
    status_500 bigint NOT NULL,
    days integer NOT NULL,
    organization_key integer NOT NULL,
    client_key integer NOT NULL,
    as_of date NOT NULL,
    usage_date date NOT NULL DEFAULT '-infinity',
    endpoint_key integer NOT NULL,
    user_key integer NOT NULL,
    calling_organization_key integer NOT NULL,
    CONSTRAINT client_summary_row_pkey PRIMARY KEY (
        organization_key, client_key, as_of, usage_date, endpoint_key, user_key, calling_organization_key
    ),
    CONSTRAINT client_summary_row_counts CHECK (
        requests >= 0 AND status_200 >= 0 AND status_300 >= 0
        AND status_400 >= 0 AND status_429 >= 0 AND status_500 >= 0
    )
);
COMMENT ON TABLE ingest.client_summary_row IS
    'Snapshots of client summaries, one a client a day, as answered. Each counts the days before it, so snapshots overlap and are never added.';
COMMENT ON COLUMN ingest.client_summary_row.requests IS 'All requests.';
COMMENT ON COLUMN ingest.client_summary_row.status_200 IS 'Requests answered with a 2xx status.';
COMMENT ON COLUMN ingest.client_summary_row.status_300 IS 'Requests answered with a 3xx status.';
COMMENT ON COLUMN ingest.client_summary_row.status_400 IS 'Requests answered with a 4xx status.';
COMMENT ON COLUMN ingest.client_summary_row.status_429 IS 'Requests answered with 429; part of status_400.';
COMMENT ON COLUMN ingest.client_summary_row.status_500 IS 'Requests answered with a 5xx status.';
COMMENT ON COLUMN ingest.client_summary_row.days IS 'How many days back were asked for.';
COMMENT ON COLUMN ingest.client_summary_row.organization_key IS 'Organization: ingest.organization.';
COMMENT ON COLUMN ingest.client_summary_row.client_key IS 'OAuth client that was asked about: ingest.oauth_client.';
COMMENT ON COLUMN ingest.client_summary_row.as_of IS 'UTC day on which the snapshot was asked for.';
COMMENT ON COLUMN ingest.client_summary_row.usage_date IS
    'UTC day that the row counts; -infinity for a row that counts all the days together.';
COMMENT ON COLUMN ingest.client_summary_row.endpoint_key IS 'Endpoint: ingest.endpoint.';
COMMENT ON COLUMN ingest.client_summary_row.user_key IS 'User: ingest.usage_user.';
COMMENT ON COLUMN ingest.client_summary_row.calling_organization_key IS
    'Organization the requests were made in: ingest.calling_organization.';

CREATE TABLE ingest.channel_usage_row (
    organization_key integer NOT NULL,
    usage_date date NOT NULL,
    channel text NOT NULL,
    units numeric NOT NULL,
    time_zone text NOT NULL,
    first_loaded_at timestamptz NOT NULL,
    last_changed_at timestamptz NOT NULL,
    CONSTRAINT channel_usage_row_pkey PRIMARY KEY (organization_key, usage_date, channel),
    CONSTRAINT channel_usage_row_channel CHECK (channel IN ('sms', 'whatsapp', 'email', 'sage')),
    CONSTRAINT channel_usage_row_units CHECK (units >= 0 AND units < 'Infinity')
);
COMMENT ON TABLE ingest.channel_usage_row IS
    'Units by channel and local day: exactly what the API answered last for the days that coverage holds.';
COMMENT ON COLUMN ingest.channel_usage_row.organization_key IS 'Organization: ingest.organization.';
COMMENT ON COLUMN ingest.channel_usage_row.usage_date IS 'Day in the organization''s own time zone.';
COMMENT ON COLUMN ingest.channel_usage_row.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN ingest.channel_usage_row.units IS
    'Units as reported; the vendor does not say what one is, so units of two channels are never added.';
COMMENT ON COLUMN ingest.channel_usage_row.time_zone IS 'Zone in which the day was cut.';
COMMENT ON COLUMN ingest.channel_usage_row.first_loaded_at IS 'When the row was first stored.';
COMMENT ON COLUMN ingest.channel_usage_row.last_changed_at IS 'When its units or its zone last changed.';

CREATE TABLE ingest.channel_restatement (
    organization_key integer NOT NULL,
    usage_date date NOT NULL,
    channel text NOT NULL,
    restatement_id bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL,
    first_loaded_at timestamptz NOT NULL,
    run_id bigint NOT NULL,
    old_units numeric NOT NULL,
    new_units numeric NOT NULL,
    old_time_zone text NOT NULL,
    new_time_zone text NOT NULL,
    CONSTRAINT channel_restatement_pkey PRIMARY KEY (organization_key, usage_date, channel, restatement_id)
);
COMMENT ON TABLE ingest.channel_restatement IS
    'Journal: every change of the units, or of the zone, of a day that had been stored before.';
COMMENT ON COLUMN ingest.channel_restatement.organization_key IS 'Organization: ingest.organization.';
COMMENT ON COLUMN ingest.channel_restatement.usage_date IS 'Day whose units changed.';
COMMENT ON COLUMN ingest.channel_restatement.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN ingest.channel_restatement.restatement_id IS 'Order of the changes: the greater came later.';
COMMENT ON COLUMN ingest.channel_restatement.changed_at IS 'When the change was stored.';
COMMENT ON COLUMN ingest.channel_restatement.first_loaded_at IS 'When the row was first stored.';
COMMENT ON COLUMN ingest.channel_restatement.run_id IS 'Run that stored the change: ingest.run.';
COMMENT ON COLUMN ingest.channel_restatement.old_units IS 'Units before.';
COMMENT ON COLUMN ingest.channel_restatement.new_units IS 'Units after.';
COMMENT ON COLUMN ingest.channel_restatement.old_time_zone IS 'Zone in which the day was cut before.';
COMMENT ON COLUMN ingest.channel_restatement.new_time_zone IS 'Zone in which it is cut now.';

CREATE TABLE ingest.channel_month (
    organization_key integer NOT NULL,
    first_day date NOT NULL,
    channel text NOT NULL,
    stated_units numeric NOT NULL,
    summed_units numeric NOT NULL,
    time_zone text NOT NULL,
    checked_at timestamptz NOT NULL,
    run_id bigint NOT NULL,
    CONSTRAINT channel_month_pkey PRIMARY KEY (organization_key, first_day, channel)
);
COMMENT ON TABLE ingest.channel_month IS
    'Closed months that were asked for once as a whole, beside the sum of their stored days at that moment.';
COMMENT ON COLUMN ingest.channel_month.organization_key IS 'Organization: ingest.organization.';
COMMENT ON COLUMN ingest.channel_month.first_day IS 'First day of the month.';
COMMENT ON COLUMN ingest.channel_month.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN ingest.channel_month.stated_units IS 'What the API answered for the whole month.';
COMMENT ON COLUMN ingest.channel_month.summed_units IS 'Sum of the stored days when it was asked.';
COMMENT ON COLUMN ingest.channel_month.time_zone IS 'Zone in which the month was cut.';
COMMENT ON COLUMN ingest.channel_month.checked_at IS 'When the month was asked for.';
COMMENT ON COLUMN ingest.channel_month.run_id IS 'Run that asked: ingest.run.';

CREATE TABLE ingest.limit_snapshot (
    organization_key integer NOT NULL,
    as_of date NOT NULL,
    namespace text NOT NULL,
    key text NOT NULL,
    value bigint NOT NULL,
    CONSTRAINT limit_snapshot_pkey PRIMARY KEY (organization_key, as_of, namespace, key)
);
COMMENT ON TABLE ingest.limit_snapshot IS 'Limits of the vendor''s API as its limits endpoint stated them, once a UTC day.';
COMMENT ON COLUMN ingest.limit_snapshot.organization_key IS 'Organization: ingest.organization.';
COMMENT ON COLUMN ingest.limit_snapshot.as_of IS 'UTC day on which they were read.';
COMMENT ON COLUMN ingest.limit_snapshot.namespace IS 'platform.api or usage.';
COMMENT ON COLUMN ingest.limit_snapshot.key IS 'Name of the limit.';
COMMENT ON COLUMN ingest.limit_snapshot.value IS 'The limit, in whatever the name counts.';
