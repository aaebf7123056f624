-- What retention has dropped. Nothing is dropped unless somebody asks for it: `usaged prune`, as a member of usage_owner.

CREATE TABLE ingest.retention (
    subject text NOT NULL,
    first_day date NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT retention_pkey PRIMARY KEY (subject),
    CONSTRAINT retention_subject CHECK (subject IN ('facts', 'rollups')),
    -- Only whole months can be dropped.
    CONSTRAINT retention_first_day CHECK (isfinite(first_day) AND extract(day FROM first_day) = 1)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.retention IS
    'Days that were given up, one line a subject: those before first_day. Written before their partitions are dropped, and never moved back by usaged, so that no dropped day is owed or loaded again. Partitions belong to all organizations of the database, and so does the line.';
COMMENT ON COLUMN ingest.retention.subject IS
    'facts: usage by day and its journal, which go together. rollups: sums by day, which may be kept longer.';
COMMENT ON COLUMN ingest.retention.first_day IS 'First day that is kept: of a month for facts, of a year for rollups.';
COMMENT ON COLUMN ingest.retention.decided_at IS 'When it was last moved.';

GRANT SELECT ON ingest.retention TO usage_writer;
