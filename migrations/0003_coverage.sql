-- What is owed, what is stored, and how it came there.

CREATE TABLE ingest.source (
    source_key integer GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    kind text NOT NULL,
    is_configured boolean NOT NULL,
    organization_key integer,
    last_error text NOT NULL DEFAULT '',
    last_error_at timestamptz,
    resting_until timestamptz,
    CONSTRAINT source_pkey PRIMARY KEY (source_key),
    CONSTRAINT source_name_key UNIQUE (name),
    CONSTRAINT source_kind CHECK (kind IN ('genesys', 'infodeck')),
    CONSTRAINT source_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.source IS 'Configured accounts at vendors, as the configuration last named them. No secrets.';
COMMENT ON COLUMN ingest.source.source_key IS 'Small key of the source.';
COMMENT ON COLUMN ingest.source.name IS 'Name in the configuration, logs, metrics and --source.';
COMMENT ON COLUMN ingest.source.kind IS 'Vendor: genesys or infodeck.';
COMMENT ON COLUMN ingest.source.is_configured IS 'Whether the configuration still names it; if not, nothing new is owed.';
COMMENT ON COLUMN ingest.source.organization_key IS 'Its organization; NULL until it has authenticated once.';
COMMENT ON COLUMN ingest.source.last_error IS 'Why the source as a whole could not work last time; empty when it could.';
COMMENT ON COLUMN ingest.source.last_error_at IS 'When last_error was noticed.';
COMMENT ON COLUMN ingest.source.resting_until IS
    'Until when the vendor asked for silence (Retry-After); nothing is sent before. NULL when it did not.';

CREATE TABLE ingest.source_dataset (
    source_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    is_configured boolean NOT NULL,
    start_date date NOT NULL,
    settle_after interval NOT NULL,
    by_user boolean NOT NULL,
    CONSTRAINT source_dataset_pkey PRIMARY KEY (source_key, dataset),
    CONSTRAINT source_dataset_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.source_dataset IS 'Datasets that the configuration asks of each source.';
COMMENT ON COLUMN ingest.source_dataset.source_key IS 'The source.';
COMMENT ON COLUMN ingest.source_dataset.dataset IS 'The dataset.';
COMMENT ON COLUMN ingest.source_dataset.is_configured IS 'Whether the configuration still asks it.';
COMMENT ON COLUMN ingest.source_dataset.start_date IS 'First day that is owed.';
COMMENT ON COLUMN ingest.source_dataset.settle_after IS
    'A day is provisional until it was fetched later than its end plus this.';
COMMENT ON COLUMN ingest.source_dataset.by_user IS 'Whether rows are also grouped by user.';

CREATE TABLE ingest.claim (
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    source_key integer NOT NULL,
    CONSTRAINT claim_pkey PRIMARY KEY (organization_key, dataset),
    CONSTRAINT claim_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization,
    CONSTRAINT claim_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.claim IS
    'Which source a dataset of an organization belongs to. One only: two sources would overwrite each other''s days.';
COMMENT ON COLUMN ingest.claim.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.claim.dataset IS 'The dataset.';
COMMENT ON COLUMN ingest.claim.source_key IS 'The source it belongs to.';

CREATE TABLE ingest.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    version text NOT NULL,
    began_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    windows_planned integer NOT NULL DEFAULT 0,
    windows_stored integer NOT NULL DEFAULT 0,
    windows_failed integer NOT NULL DEFAULT 0,
    rows_inserted bigint NOT NULL DEFAULT 0,
    rows_updated bigint NOT NULL DEFAULT 0,
    rows_deleted bigint NOT NULL DEFAULT 0,
    rows_unchanged bigint NOT NULL DEFAULT 0,
    requests bigint NOT NULL DEFAULT 0,
    CONSTRAINT run_pkey PRIMARY KEY (run_id),
    CONSTRAINT run_kind CHECK (kind IN ('scheduled', 'once', 'backfill')),
    CONSTRAINT run_outcome CHECK (outcome IN ('', 'complete', 'incomplete', 'cancelled'))
);
COMMENT ON TABLE ingest.run IS 'Passes of the loader: began, ended, outcome, counts.';
COMMENT ON COLUMN ingest.run.run_id IS 'Number of the run.';
COMMENT ON COLUMN ingest.run.kind IS 'scheduled (daemon), once or backfill.';
COMMENT ON COLUMN ingest.run.version IS 'Version of usaged that ran.';
COMMENT ON COLUMN ingest.run.began_at IS 'When it began.';
COMMENT ON COLUMN ingest.run.finished_at IS 'When it finished; NULL while it runs or when its process was killed.';
COMMENT ON COLUMN ingest.run.outcome IS
    'complete (every window stored), incomplete (some failed), cancelled; empty while it runs or when it was killed.';
COMMENT ON COLUMN ingest.run.windows_planned IS 'Windows that were due.';
COMMENT ON COLUMN ingest.run.windows_stored IS 'Windows whose answer was stored, changed or not.';
COMMENT ON COLUMN ingest.run.windows_failed IS 'Windows that failed and will be tried again.';
COMMENT ON COLUMN ingest.run.rows_inserted IS 'Facts that were new.';
COMMENT ON COLUMN ingest.run.rows_updated IS 'Facts whose counters changed.';
COMMENT ON COLUMN ingest.run.rows_deleted IS 'Facts that the API no longer states.';
COMMENT ON COLUMN ingest.run.rows_unchanged IS 'Facts that were read again and not touched.';
COMMENT ON COLUMN ingest.run.requests IS 'HTTP requests sent, all attempts counted.';

CREATE TABLE ingest.execution (
    submission_id bigint GENERATED ALWAYS AS IDENTITY,
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    client_id text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    by_user boolean NOT NULL,
    run_id bigint NOT NULL,
    state text NOT NULL,
    execution_id text NOT NULL DEFAULT '',
    intended_at timestamptz NOT NULL,
    accepted_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT execution_pkey PRIMARY KEY (submission_id),
    CONSTRAINT execution_state CHECK (
        state IN ('intended', 'open', 'complete', 'failed', 'lost', 'rejected', 'abandoned')
    ),
    CONSTRAINT execution_run_fkey FOREIGN KEY (run_id) REFERENCES ingest.run
);
CREATE INDEX execution_open ON ingest.execution (organization_key, dataset, client_id, first_day, last_day)
WHERE state = 'open';
COMMENT ON INDEX ingest.execution_open IS 'Finds the execution that a restarted process polls instead of submitting again.';
COMMENT ON TABLE ingest.execution IS
    'Queries submitted to the vendor: the intent before the submit, the execution''s id before the first poll.';
COMMENT ON COLUMN ingest.execution.submission_id IS
    'Grows with time: of two answers for one day the one with the greater number wins, whichever arrives last.';
COMMENT ON COLUMN ingest.execution.organization_key IS 'Organization asked about.';
COMMENT ON COLUMN ingest.execution.dataset IS 'Dataset asked.';
COMMENT ON COLUMN ingest.execution.client_id IS 'OAuth client asked about; empty where the dataset is not per client.';
COMMENT ON COLUMN ingest.execution.first_day IS 'First day asked.';
COMMENT ON COLUMN ingest.execution.last_day IS 'Last day asked, included.';
COMMENT ON COLUMN ingest.execution.by_user IS 'Whether the query groups by user.';
COMMENT ON COLUMN ingest.execution.run_id IS 'Run that submitted it.';
COMMENT ON COLUMN ingest.execution.state IS
    'intended (about to be submitted), open (accepted, not read), complete, failed, lost (404), rejected, abandoned.';
COMMENT ON COLUMN ingest.execution.execution_id IS 'The vendor''s identifier; empty until accepted.';
COMMENT ON COLUMN ingest.execution.intended_at IS 'When the intent was written, just before the submit.';
COMMENT ON COLUMN ingest.execution.accepted_at IS 'When the vendor''s identifier was written down.';
COMMENT ON COLUMN ingest.execution.ended_at IS 'When nothing more was asked of it.';

CREATE TABLE ingest.coverage (
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    client_id text NOT NULL,
    usage_date date NOT NULL,
    state text NOT NULL,
    row_count bigint,
    submission_id bigint NOT NULL DEFAULT 0,
    fetched_at timestamptz,
    run_id bigint NOT NULL,
    last_error text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    CONSTRAINT coverage_pkey PRIMARY KEY (organization_key, dataset, client_id, usage_date),
    CONSTRAINT coverage_state CHECK (state IN ('failed', 'provisional', 'covered', 'unavailable')),
    CONSTRAINT coverage_stored CHECK (
        (state IN ('provisional', 'covered')) = (row_count IS NOT NULL AND fetched_at IS NOT NULL AND submission_id > 0)
    ),
    CONSTRAINT coverage_run_fkey FOREIGN KEY (run_id) REFERENCES ingest.run
) WITH (fillfactor = 50);
-- Every re-read of a window updates all its days: with half of each page free these updates need no index entry.
COMMENT ON TABLE ingest.coverage IS
    'Days that were tried, per organization and dataset: written in the transaction that stores the day. A day that is owed and not here is a gap.';
COMMENT ON COLUMN ingest.coverage.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.coverage.dataset IS 'The dataset.';
COMMENT ON COLUMN ingest.coverage.client_id IS 'The OAuth client asked about; empty where the dataset is not per client.';
COMMENT ON COLUMN ingest.coverage.usage_date IS 'The day.';
COMMENT ON COLUMN ingest.coverage.state IS
    'failed (tried, never stored), provisional (stored, may still change), covered (stored and settled), unavailable.';
COMMENT ON COLUMN ingest.coverage.row_count IS 'Facts of the day; 0 means "no usage". NULL when never stored.';
COMMENT ON COLUMN ingest.coverage.submission_id IS 'Submission whose answer is stored: ingest.execution. 0 when never stored.';
COMMENT ON COLUMN ingest.coverage.fetched_at IS 'When the stored answer was asked for. NULL when never stored.';
COMMENT ON COLUMN ingest.coverage.run_id IS 'Run that stored the day or, if never stored, last tried.';
COMMENT ON COLUMN ingest.coverage.last_error IS
    'Why the last attempt failed or what is unexplained; empty when the last attempt was stored without doubt.';
COMMENT ON COLUMN ingest.coverage.failures IS 'Failed attempts since the last success.';
COMMENT ON COLUMN ingest.coverage.next_attempt_at IS 'When the daemon tries a failed day again; NULL when it did not fail.';
