-- The loader's own footprint: what it sends, beside what the vendor counts of it.

ALTER TABLE ingest.source ADD COLUMN client_id text NOT NULL DEFAULT '';
COMMENT ON COLUMN ingest.source.client_id IS
    'The OAuth client that the source logs in with, whose usage is the loader''s own; empty where the vendor has none.';

CREATE TABLE ingest.request_day (
    source_key integer NOT NULL,
    usage_date date NOT NULL,
    requests bigint NOT NULL,
    throttled bigint NOT NULL,
    CONSTRAINT request_day_pkey PRIMARY KEY (source_key, usage_date),
    CONSTRAINT request_day_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source,
    CONSTRAINT request_day_counts CHECK (requests >= throttled AND throttled >= 0)
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.request_day IS
    'Requests that the loader sent, by source and day. Written at the end of a pass and each minute: a process that is killed takes the last minute''s count with it.';
COMMENT ON COLUMN ingest.request_day.source_key IS 'The source.';
COMMENT ON COLUMN ingest.request_day.usage_date IS 'UTC day on which they ended.';
COMMENT ON COLUMN ingest.request_day.requests IS 'HTTP requests, all attempts counted, to the login included.';
COMMENT ON COLUMN ingest.request_day.throttled IS 'Those of them that were answered with 429.';
