-- Facts and their journal, partitioned by month of the usage day. There is no default partition: the loader has the
-- partition of a window made (ingest.ensure_partition) before it stores the window.
--
-- No foreign keys here: a check a row would cost more than the insert itself. The loader resolves every key in the
-- transaction that stores the row, and dimension rows are never deleted.

CREATE TABLE ingest.usage_row (
    requests bigint NOT NULL,
    status_200 bigint NOT NULL,
    status_300 bigint NOT NULL,
    status_400 bigint NOT NULL,
    status_429 bigint NOT NULL,
    status_500 bigint NOT NULL,
    first_loaded_at timestamptz NOT NULL,
    last_changed_at timestamptz NOT NULL,
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    usage_date date NOT NULL,
    client_key integer NOT NULL,
    endpoint_key integer NOT NULL,
    user_key integer NOT NULL,
    calling_organization_key integer NOT NULL,
    CONSTRAINT usage_row_pkey PRIMARY KEY (
        organization_key, dataset, usage_date, client_key, endpoint_key, user_key, calling_organization_key
    ),
    CONSTRAINT usage_row_counts CHECK (
        requests >= 0 AND status_200 >= 0 AND status_300 >= 0
        AND status_400 >= 0 AND status_429 >= 0 AND status_500 >= 0
    )
) PARTITION BY RANGE (usage_date);
COMMENT ON TABLE ingest.usage_row IS
    'Counted facts, one row a row the API stated: exactly what it answered last for the days that coverage holds.';
COMMENT ON COLUMN ingest.usage_row.requests IS 'All requests.';
COMMENT ON COLUMN ingest.usage_row.status_200 IS 'Requests answered with a 2xx status.';
COMMENT ON COLUMN ingest.usage_row.status_300 IS 'Requests answered with a 3xx status.';
COMMENT ON COLUMN ingest.usage_row.status_400 IS 'Requests answered with a 4xx status.';
COMMENT ON COLUMN ingest.usage_row.status_429 IS
    'Requests answered with 429. Part of status_400 in the older API family; shown as stated, never enforced.';
COMMENT ON COLUMN ingest.usage_row.status_500 IS 'Requests answered with a 5xx status.';
COMMENT ON COLUMN ingest.usage_row.first_loaded_at IS 'When the row was first stored.';
COMMENT ON COLUMN ingest.usage_row.last_changed_at IS 'When a counter of the row last changed; first_loaded_at if never.';
COMMENT ON COLUMN ingest.usage_row.organization_key IS 'The source''s own organization. First in every key.';
COMMENT ON COLUMN ingest.usage_row.dataset IS 'Which question the row answers.';
COMMENT ON COLUMN ingest.usage_row.usage_date IS 'UTC day the requests were made on.';
COMMENT ON COLUMN ingest.usage_row.client_key IS 'OAuth client that made the requests: ingest.oauth_client.';
COMMENT ON COLUMN ingest.usage_row.endpoint_key IS 'Template URI, HTTP method and platform: ingest.endpoint.';
COMMENT ON COLUMN ingest.usage_row.user_key IS 'User the requests were made for: ingest.usage_user.';
COMMENT ON COLUMN ingest.usage_row.calling_organization_key IS
    'Organization the requests were made in: ingest.calling_organization.';

CREATE TABLE ingest.restatement (
    restatement_id bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL,
    first_loaded_at timestamptz,
    run_id bigint NOT NULL,
    old_requests bigint,
    old_status_200 bigint,
    old_status_300 bigint,
    old_status_400 bigint,
    old_status_429 bigint,
    old_status_500 bigint,
    new_requests bigint,
    new_status_200 bigint,
    new_status_300 bigint,
    new_status_400 bigint,
    new_status_429 bigint,
    new_status_500 bigint,
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    usage_date date NOT NULL,
    client_key integer NOT NULL,
    endpoint_key integer NOT NULL,
    user_key integer NOT NULL,
    calling_organization_key integer NOT NULL,
    CONSTRAINT restatement_pkey PRIMARY KEY (organization_key, usage_date, restatement_id)
) PARTITION BY RANGE (usage_date);
COMMENT ON TABLE ingest.restatement IS
    'Journal: every change of a row of a day that had been stored before. Undone from the newest restatement_id backwards it gives any earlier state.';
COMMENT ON COLUMN ingest.restatement.restatement_id IS 'Order of the changes: of two changes of a row the greater came later.';
COMMENT ON COLUMN ingest.restatement.changed_at IS 'When the change was stored.';
COMMENT ON COLUMN ingest.restatement.first_loaded_at IS
    'first_loaded_at of the row before the change; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.run_id IS 'Run that stored the change: ingest.run.';
COMMENT ON COLUMN ingest.restatement.old_requests IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.old_status_200 IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.old_status_300 IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.old_status_400 IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.old_status_429 IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.old_status_500 IS 'Counter before; NULL for a row that appeared.';
COMMENT ON COLUMN ingest.restatement.new_requests IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.new_status_200 IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.new_status_300 IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.new_status_400 IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.new_status_429 IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.new_status_500 IS 'Counter after; NULL for a row that vanished.';
COMMENT ON COLUMN ingest.restatement.organization_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.dataset IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.usage_date IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.client_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.endpoint_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.user_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.restatement.calling_organization_key IS 'As in ingest.usage_row.';
