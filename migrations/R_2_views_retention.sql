-- What retention gave up and what it may drop. Applied again whenever this text changes: columns are only added at the
-- end.

CREATE OR REPLACE VIEW ingest.day_partition AS
SELECT
    partitioned.subject,
    class.relname::text AS name,
    partitioned.parent,
    lower(days.range) AS first_day,
    upper(days.range) AS next_first_day,
    inheritance.inhrelid IS NOT NULL AS is_attached,
    coalesce(inheritance.inhdetachpending, false) AS is_detaching
FROM (
    VALUES
    ('facts', 'usage_row', 'YYYYMM', interval '1 month'),
    ('facts', 'restatement', 'YYYYMM', interval '1 month'),
    ('rollups', 'client_day', 'YYYY', interval '1 year'),
    ('rollups', 'endpoint_day', 'YYYY', interval '1 year')
) AS partitioned (subject, parent, suffix, length)
INNER JOIN pg_catalog.pg_class AS class
    ON class.relnamespace = 'ingest'::regnamespace
    AND class.relkind = 'r'
    AND class.relname ~ format('^%s_[0-9]{%s}$', partitioned.parent, length(partitioned.suffix))
LEFT JOIN pg_catalog.pg_inherits AS inheritance ON class.oid = inheritance.inhrelid
CROSS JOIN LATERAL (
    SELECT to_date(right(class.relname, length(partitioned.suffix)), partitioned.suffix) AS first_day
) AS start
CROSS JOIN LATERAL (
    SELECT daterange(start.first_day, (start.first_day + partitioned.length)::date) AS range
) AS days;
COMMENT ON VIEW ingest.day_partition IS
    'Tables that hold the days of a month or a year, also such as retention has detached and not dropped yet.';
COMMENT ON COLUMN ingest.day_partition.subject IS 'What is dropped together: facts (with their journal) or rollups.';
COMMENT ON COLUMN ingest.day_partition.name IS 'Name of the table in schema ingest.';
COMMENT ON COLUMN ingest.day_partition.parent IS 'Name of the partitioned table.';
COMMENT ON COLUMN ingest.day_partition.first_day IS 'First day that it holds.';
COMMENT ON COLUMN ingest.day_partition.next_first_day IS 'First day after those that it holds.';
COMMENT ON COLUMN ingest.day_partition.is_attached IS 'False for what is detached, which no question sees any more.';
COMMENT ON COLUMN ingest.day_partition.is_detaching IS 'Whether it was begun to be detached and not brought to an end.';

CREATE OR REPLACE VIEW usage.retention AS
SELECT
    retention.subject,
    retention.first_day AS first_kept_day,
    retention.decided_at,
    (
        SELECT count(*) FROM ingest.day_partition AS part
        WHERE part.subject = retention.subject AND part.next_first_day <= retention.first_day
    ) AS waiting_partitions
FROM ingest.retention AS retention;
COMMENT ON VIEW usage.retention IS
    'What was dropped on purpose: days before first_kept_day are gone, and neither owed nor loaded again. No line says that everything is kept. Units by channel and client summaries are never dropped.';
COMMENT ON COLUMN usage.retention.subject IS
    'facts: usage by day and its journal (usage.restatement), of all datasets and organizations. rollups: sums by day.';
COMMENT ON COLUMN usage.retention.first_kept_day IS 'First day that is kept.';
COMMENT ON COLUMN usage.retention.decided_at IS 'When it was last moved.';
COMMENT ON COLUMN usage.retention.waiting_partitions IS
    'Tables of days before it that are still there: usaged prune was interrupted and goes on when it is run again.';
GRANT SELECT ON ingest.day_partition TO usage_writer;
