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

ALTER TABLE ingest.source_dataset
ADD COLUMN last_error text NOT NULL DEFAULT '',
ADD COLUMN failures integer NOT NULL DEFAULT 0,
ADD COLUMN next_attempt_at timestamptz;
COMMENT ON COLUMN ingest.source_dataset.last_error IS
    'Why the dataset as a whole could not be read; empty when it could.';
COMMENT ON COLUMN ingest.source_dataset.failures IS
    'Passes in a row in which nothing of the dataset could be read; zero when the last one could.';
COMMENT ON COLUMN ingest.source_dataset.next_attempt_at IS
    'The schedule leaves the dataset alone until then, since it keeps failing; NULL when it does not.';

ALTER TABLE ingest.execution
ADD COLUMN ready_after interval,
ADD COLUMN polls integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.execution.ready_after IS
    'Time from acceptance until its answer was ready, as closely as polling tells; NULL when that was not seen.';
COMMENT ON COLUMN ingest.execution.polls IS
    'How often it was asked after until its answer was ready, the successful time included.';
CREATE INDEX execution_ready ON ingest.execution (organization_key, dataset, submission_id)
WHERE ready_after IS NOT NULL;
COMMENT ON INDEX ingest.execution_ready IS
    'Finds the newest executions that were seen to get ready, which tell when to ask after the next one.';

ALTER TABLE ingest.run
ADD COLUMN executions_resumed bigint NOT NULL DEFAULT 0,
ADD COLUMN executions_lost bigint NOT NULL DEFAULT 0,
ADD COLUMN doubtful_repeats bigint NOT NULL DEFAULT 0,
ADD COLUMN late_days bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.run.executions_resumed IS
    'Executions of an earlier process that were polled instead of being submitted again.';
COMMENT ON COLUMN ingest.run.executions_lost IS
    'Executions that the API did not know any more, so that the query was submitted again.';
COMMENT ON COLUMN ingest.run.doubtful_repeats IS
    'Requests to submit that were sent again although the first one may have been accepted.';
COMMENT ON COLUMN ingest.run.late_days IS
    'Days, client-days where asked per client, that changed after the lookback had read them for the last time: the wide pass found what the lookback missed.';

ALTER TABLE ingest.restatement ADD COLUMN old_fetched_at timestamptz;
COMMENT ON COLUMN ingest.restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the numbers between then and changed_at. NULL for changes found by an older version.';
ALTER TABLE ingest.channel_restatement ADD COLUMN old_fetched_at timestamptz;
COMMENT ON COLUMN ingest.channel_restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the units between then and changed_at. NULL for changes found by an older version.';
