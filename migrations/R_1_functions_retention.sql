-- What only the owner does with retention by hand. Applied again whenever this text changes.

CREATE OR REPLACE FUNCTION ingest.take_back_retention(first_day date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_month constant date := date_trunc('month', first_day::timestamp)::date;
    given_up_before date;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('usaged prune', 0)) THEN
        RAISE EXCEPTION 'usaged prune is at work; wait for its end' USING ERRCODE = 'lock_not_available';
    END IF;
    IF EXISTS (
        SELECT FROM ingest.day_partition AS part INNER JOIN ingest.retention AS retention USING (subject)
        WHERE part.next_first_day <= retention.first_day
    ) THEN
        RAISE EXCEPTION 'partitions that were given up are still there; run usaged prune to its end first'
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT retention.first_day INTO given_up_before FROM ingest.retention AS retention WHERE retention.subject = 'facts';
    -- What is said of the days speaks of facts that are gone; those that are loaded anew are summed anew.
    DELETE FROM ingest.coverage AS day
    WHERE day.usage_date >= first_month AND day.usage_date < given_up_before
        AND day.dataset NOT IN ('channel_usage', 'client_summary');
    DELETE FROM ingest.client_day AS day WHERE day.usage_date >= first_month AND day.usage_date < given_up_before;
    DELETE FROM ingest.endpoint_day AS day WHERE day.usage_date >= first_month AND day.usage_date < given_up_before;
    UPDATE ingest.retention AS retention
    SET first_day = date_trunc(CASE retention.subject WHEN 'facts' THEN 'month' ELSE 'year' END, first_month::timestamp)
    WHERE retention.first_day > first_month;
END
$$;
COMMENT ON FUNCTION ingest.take_back_retention(date) IS
    'Takes back that days from this one''s month on were given up: they are owed and may be loaded again, from nothing, for their facts are gone. Their sums and coverage go, too. For the owner; change the configuration''s retention first, or the next prune gives them up again.';
REVOKE EXECUTE ON FUNCTION ingest.take_back_retention(date) FROM PUBLIC;
