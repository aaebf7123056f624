-- What must outlive a process: how much a source may send, what it was told, and how long answers take.

ALTER TABLE ingest.source
ADD COLUMN allowance integer,
ADD COLUMN failures integer NOT NULL DEFAULT 0,
ADD COLUMN next_attempt_at timestamptz,
ADD COLUMN times_held bigint NOT NULL DEFAULT 0,
ADD COLUMN held_since timestamptz;
COMMENT ON COLUMN ingest.source.allowance IS
    'Requests a minute that the vendor was last seen to allow, before the configured share of it; NULL when unknown.';
COMMENT ON COLUMN ingest.source.failures IS
    'Attempts in a row in which the source as a whole could not work; zero when the last one could.';
COMMENT ON COLUMN ingest.source.times_held IS
    'How many times a process has begun to work on the source: who lost its lock and sees more has been replaced.';
COMMENT ON COLUMN ingest.source.held_since IS
    'When a process began to work on the source; NULL once it came to an end. With nobody holding the lock: it was killed.';
COMMENT ON COLUMN ingest.source.next_attempt_at IS
    'The schedule leaves the source alone until then, since it keeps failing; NULL when it does not.';

CREATE TABLE ingest.back_off (
    source_key integer NOT NULL,
    subject text NOT NULL,
    client_id text NOT NULL,
    failures integer NOT NULL,
    last_error text NOT NULL,
    next_attempt_at timestamptz,
    CONSTRAINT back_off_pkey PRIMARY KEY (source_key, subject, client_id),
    CONSTRAINT back_off_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source,
    CONSTRAINT back_off_pending CHECK ((failures > 0) = (next_attempt_at IS NOT NULL))
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.back_off IS
    'Parts of a source that kept failing as a whole and are left alone by the schedule for a while, a day at most. What is left alone is neither tried nor covered.';
COMMENT ON COLUMN ingest.back_off.source_key IS 'The source.';
COMMENT ON COLUMN ingest.back_off.subject IS
    'What is left alone: a dataset, or oauth_clients (their listing), or limits.';
COMMENT ON COLUMN ingest.back_off.client_id IS
    'The OAuth client for which alone the dataset is left; empty for the whole subject.';
COMMENT ON COLUMN ingest.back_off.failures IS 'Passes in a row in which it was given up; zero when it works again.';
COMMENT ON COLUMN ingest.back_off.last_error IS 'Why; empty when it works again.';
COMMENT ON COLUMN ingest.back_off.next_attempt_at IS
    'The schedule leaves it alone until then; what is started by hand does not. NULL when it works again.';

ALTER TABLE ingest.execution
ADD COLUMN ready_after interval,
ADD COLUMN polls integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.execution.ready_after IS
    'Time from acceptance until its answer was ready, as closely as polling tells; NULL when that was not seen.';
COMMENT ON COLUMN ingest.execution.polls IS
    'How often it was asked after until its answer was ready, the successful time included.';
-- The column is new, so that the index is empty: built at once.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX execution_ready ON ingest.execution (organization_key, dataset, submission_id)
WHERE ready_after IS NOT NULL;
COMMENT ON INDEX ingest.execution_ready IS
    'Finds the newest executions that were seen to get ready, which tell when to ask after the next one.';

-- What a process that died had begun is looked for at each start, and is nearly always nothing.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX execution_intended ON ingest.execution (organization_key) WHERE state = 'intended';
COMMENT ON INDEX ingest.execution_intended IS 'Finds the intents that a process that died has left behind.';
COMMENT ON TABLE ingest.execution IS
    'Queries submitted to the vendor: the intent before the submit, the execution''s id before the first poll. Sixty days after it ended a submission is forgotten, unless coverage refers to it or it is among the last thousand complete ones of its dataset.';

ALTER TABLE ingest.run
ADD COLUMN executions_resumed bigint NOT NULL DEFAULT 0,
ADD COLUMN executions_lost bigint NOT NULL DEFAULT 0,
ADD COLUMN doubtful_repeats bigint NOT NULL DEFAULT 0,
ADD COLUMN late_days bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.run.executions_resumed IS
    'Executions of an earlier process or attempt that were polled instead of being submitted again.';
COMMENT ON COLUMN ingest.run.executions_lost IS
    'Executions that the API did not know any more, or seemed to have emptied since, so that the query was submitted again.';
COMMENT ON COLUMN ingest.run.doubtful_repeats IS
    'Submissions that were sent again although the first one may have been accepted, by this process or by one that died.';
COMMENT ON COLUMN ingest.run.late_days IS
    'Days, client-days where asked per client, that changed after the lookback had read them for the last time: the wide pass found what the lookback missed.';

ALTER TABLE ingest.restatement ADD COLUMN old_fetched_at timestamptz;
COMMENT ON COLUMN ingest.restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the numbers between then and changed_at. NULL for changes found by an older version.';
ALTER TABLE ingest.channel_restatement ADD COLUMN old_fetched_at timestamptz;
COMMENT ON COLUMN ingest.channel_restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the units between then and changed_at. NULL for changes found by an older version.';
