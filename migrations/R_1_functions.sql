-- Functions of the loader. Applied again whenever this text changes.

-- No SET clause here: the names in a RETURN body are resolved when the function is made, and without one the planner
-- can inline it into the views that compare every line with it.
CREATE OR REPLACE FUNCTION ingest.today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    coalesce(nullif(current_setting('usaged.now', true), '')::timestamptz, now()) AT TIME ZONE 'UTC'
)::date;
COMMENT ON FUNCTION ingest.today() IS
    'The current UTC day; a session may set usaged.now to ask as of another moment.';

CREATE OR REPLACE FUNCTION ingest.today(time_zone text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    coalesce(nullif(current_setting('usaged.now', true), '')::timestamptz, now()) AT TIME ZONE time_zone
)::date;
COMMENT ON FUNCTION ingest.today(text) IS
    'The current day in a time zone; a session may set usaged.now to ask as of another moment.';

-- The daemon's role has no right to create tables. This makes for it the partitions that a day needs: the month's of facts
-- and journal, the year's of the rollups. A partition is created aside and then attached, which takes SHARE UPDATE
-- EXCLUSIVE on the parent only: readers are never blocked, and a wait behind somebody else's lock ends at lock_timeout.
-- Call it in a transaction of its own.
CREATE OR REPLACE FUNCTION ingest.ensure_partition(usage_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $$
DECLARE
    first_kept_day date;
    parent text;
    period text;
    suffix text;
    first_day date;
    next_period date;
    partition text;
BEGIN
    IF usage_day IS NULL OR NOT isfinite(usage_day) THEN
        RAISE EXCEPTION 'a partition needs a day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two loaders may ask for one month at once: the second waits here and then finds it made. A table lock, for with
    -- an advisory one the session would not hear, before it looks, of the tables that others made while it waited.
    -- It is the lock that ATTACH takes; readers and writers pass it.
    LOCK TABLE ONLY ingest.usage_row IN SHARE UPDATE EXCLUSIVE MODE;
    SELECT retention.first_day INTO first_kept_day FROM ingest.retention AS retention WHERE retention.subject = 'facts';
    IF usage_day < first_kept_day THEN
        RAISE EXCEPTION 'retention gave up the days before %, so % is stored no more', first_kept_day, usage_day
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR parent, period, suffix IN VALUES
        ('usage_row', 'month', 'YYYYMM'),
        ('restatement', 'month', 'YYYYMM'),
        ('client_day', 'year', 'YYYY'),
        ('endpoint_day', 'year', 'YYYY')
    LOOP
        first_day := date_trunc(period, usage_day::timestamp)::date;
        next_period := (date_trunc(period, usage_day::timestamp) + ('1 ' || period)::interval)::date;
        partition := format('%s_%s', parent, to_char(first_day, suffix));
        CONTINUE WHEN to_regclass(format('ingest.%I', partition)) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE ingest.%I ('
            'LIKE ingest.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE, '
            'CONSTRAINT %I CHECK (usage_date >= %L AND usage_date < %L))',
            partition, parent, partition || '_period', first_day, next_period
        );
        EXECUTE format('COMMENT ON TABLE ingest.%I IS %L', partition,
            format('Partition of ingest.%s: usage days from %s to %s.', parent, first_day, next_period - 1));
        EXECUTE format('ALTER TABLE ingest.%I ATTACH PARTITION ingest.%I FOR VALUES FROM (%L) TO (%L)',
            parent, partition, first_day, next_period);
        -- The attached bounds say the same as the check, which only spared ATTACH its scan.
        EXECUTE format('ALTER TABLE ingest.%I DROP CONSTRAINT %I', partition, partition || '_period');
    END LOOP;
END
$$;
COMMENT ON FUNCTION ingest.ensure_partition(date) IS
    'Makes the partitions that a day belongs to, if they are missing: the month''s of facts and journal, the year''s of the rollups. Refuses days that retention gave up.';

-- For repairs, and for whoever writes facts without the loader. Writers of facts wait until the transaction ends.
CREATE OR REPLACE FUNCTION ingest.rebuild_rollups(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE ONLY ingest.usage_row IN SHARE ROW EXCLUSIVE MODE;
    -- Sums may outlive the facts that they sum: those cannot be made anew.
    first_day := greatest(
        first_day, (SELECT retention.first_day FROM ingest.retention AS retention WHERE retention.subject = 'facts')
    );
    DELETE FROM ingest.client_day WHERE usage_date BETWEEN first_day AND last_day;
    INSERT INTO ingest.client_day (
        requests, status_200, status_300, status_400, status_429, status_500, rows,
        organization_key, dataset, usage_date, client_key
    )
    SELECT sum(requests), sum(status_200), sum(status_300), sum(status_400), sum(status_429), sum(status_500), count(*),
        organization_key, dataset, usage_date, client_key
    FROM ingest.usage_row
    WHERE usage_date BETWEEN first_day AND last_day
    GROUP BY organization_key, dataset, usage_date, client_key
    ORDER BY organization_key, dataset, usage_date, client_key;
    DELETE FROM ingest.endpoint_day WHERE usage_date BETWEEN first_day AND last_day;
    INSERT INTO ingest.endpoint_day (
        requests, status_200, status_300, status_400, status_429, status_500, rows,
        organization_key, dataset, usage_date, endpoint_key
    )
    SELECT sum(requests), sum(status_200), sum(status_300), sum(status_400), sum(status_429), sum(status_500), count(*),
        organization_key, dataset, usage_date, endpoint_key
    FROM ingest.usage_row
    WHERE usage_date BETWEEN first_day AND last_day
    GROUP BY organization_key, dataset, usage_date, endpoint_key
    ORDER BY organization_key, dataset, usage_date, endpoint_key;
END
$$;
COMMENT ON FUNCTION ingest.rebuild_rollups(date, date) IS
    'Makes the rollups of some days anew from the facts, of all organizations and datasets. Days whose facts retention gave up are left as they are. For repairs: the loader keeps them itself.';
