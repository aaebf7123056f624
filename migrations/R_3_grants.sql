-- Who may do what. Applied again whenever this text changes. The roles come from roles.sql.

GRANT USAGE ON SCHEMA usage TO usage_reader, usage_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA usage TO usage_reader, usage_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA usage GRANT SELECT ON TABLES TO usage_reader, usage_writer;

-- The daemon: DML only. It deletes facts (rows that vanished from a restated day) with their sums, and old
-- submissions, and nothing else.
GRANT USAGE ON SCHEMA ingest TO usage_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA ingest TO usage_writer;
GRANT INSERT, UPDATE ON
    ingest.organization,
    ingest.oauth_client,
    ingest.oauth_client_history,
    ingest.source,
    ingest.source_dataset,
    ingest.back_off,
    ingest.claim,
    ingest.run,
    ingest.execution,
    ingest.coverage,
    ingest.source_client,
    ingest.channel_usage_row,
    ingest.channel_month,
    ingest.limit_snapshot,
    ingest.request_day
TO usage_writer;
GRANT INSERT ON
    ingest.endpoint,
    ingest.usage_user,
    ingest.calling_organization,
    ingest.restatement,
    ingest.channel_restatement
TO usage_writer;
GRANT INSERT, UPDATE, DELETE ON
    ingest.usage_row,
    ingest.client_day,
    ingest.endpoint_day,
    ingest.client_summary_row
TO usage_writer;
GRANT DELETE ON ingest.execution TO usage_writer;
REVOKE EXECUTE ON FUNCTION ingest.ensure_partition(date), ingest.rebuild_rollups(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.ensure_partition(date) TO usage_writer;
REVOKE EXECUTE ON FUNCTION ingest.analyze_grown() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.analyze_grown() TO usage_writer;
-- The views call these in the name of whoever reads them.
GRANT EXECUTE ON FUNCTION ingest.today(), ingest.today(text) TO usage_reader, usage_writer;
GRANT EXECUTE ON FUNCTION ingest.forecast(date, numeric [], date, date, numeric) TO usage_reader, usage_writer;
