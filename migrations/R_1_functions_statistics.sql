-- Statistics of partitioned tables as wholes. Applied again whenever this text changes.

-- Autovacuum analyses each partition and never the table that they are partitions of. Without statistics of that one the
-- planner guesses how many clients and endpoints a question over usage.api_usage meets: two months a client, endpoint and
-- method took three times as long. In PostgreSQL 15 the owner alone may ANALYZE, hence SECURITY DEFINER. Writers and
-- readers pass its locks, the making of a partition waits for them.
CREATE OR REPLACE FUNCTION ingest.analyze_grown() RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
    parent regclass;
    analyzed text[] := '{}';
BEGIN
    -- Of two at once one is enough.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('usaged analyze', 0)) THEN
        RETURN analyzed;
    END IF;
    FOR parent IN
        SELECT whole.oid::regclass
        FROM pg_class AS whole
        INNER JOIN pg_inherits AS heir ON heir.inhparent = whole.oid
        INNER JOIN pg_class AS part ON part.oid = heir.inhrelid
        WHERE whole.relnamespace = 'ingest'::regnamespace AND whole.relkind = 'p'
        GROUP BY whole.oid, whole.reltuples
        -- As autovacuum reckons for a table, with the rows that the partitions were last seen to have.
        HAVING abs(sum(greatest(part.reltuples, 0)) - greatest(whole.reltuples, 0))
            > 1000 + 0.2 * greatest(whole.reltuples, 0)
        ORDER BY whole.relname
    LOOP
        EXECUTE format('ANALYZE %s', parent);
        analyzed := analyzed || parent::text;
    END LOOP;
    RETURN analyzed;
END
$$;
COMMENT ON FUNCTION ingest.analyze_grown() IS
    'Analyses the partitioned tables whose partitions have grown or shrunk by a fifth since they were last analysed as a whole; returns which. What analyses partitions, autovacuum, does not do this.';
