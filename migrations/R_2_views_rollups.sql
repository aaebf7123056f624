-- Whether the rollups are what they claim to be. Not for questions: it reads every fact of the days it is asked about.

CREATE OR REPLACE VIEW ingest.rollup_difference AS
SELECT 'client_day' AS rollup, organization_key, dataset, usage_date, client_key, NULL::integer AS endpoint_key,
    sum(requests) AS missing_requests,
    sum(status_200) AS missing_status_200,
    sum(status_300) AS missing_status_300,
    sum(status_400) AS missing_status_400,
    sum(status_429) AS missing_status_429,
    sum(status_500) AS missing_status_500,
    sum(rows) AS missing_rows
FROM (
    SELECT organization_key, dataset, usage_date, client_key,
        requests, status_200, status_300, status_400, status_429, status_500, 1 AS rows, false AS is_empty_line
    FROM ingest.usage_row
    UNION ALL
    SELECT organization_key, dataset, usage_date, client_key,
        -requests, -status_200, -status_300, -status_400, -status_429, -status_500, -rows, rows = 0
    FROM ingest.client_day
) AS counted
-- Sums may outlive the facts that they sum.
WHERE (usage_date < (SELECT first_day FROM ingest.retention WHERE subject = 'facts')) IS NOT TRUE
GROUP BY organization_key, dataset, usage_date, client_key
HAVING bool_or(is_empty_line) OR sum(rows) <> 0 OR sum(requests) <> 0 OR sum(status_200) <> 0 OR sum(status_300) <> 0
    OR sum(status_400) <> 0 OR sum(status_429) <> 0 OR sum(status_500) <> 0
UNION ALL
SELECT 'endpoint_day' AS rollup, organization_key, dataset, usage_date, NULL::integer AS client_key, endpoint_key,
    sum(requests) AS missing_requests,
    sum(status_200) AS missing_status_200,
    sum(status_300) AS missing_status_300,
    sum(status_400) AS missing_status_400,
    sum(status_429) AS missing_status_429,
    sum(status_500) AS missing_status_500,
    sum(rows) AS missing_rows
FROM (
    SELECT organization_key, dataset, usage_date, endpoint_key,
        requests, status_200, status_300, status_400, status_429, status_500, 1 AS rows, false AS is_empty_line
    FROM ingest.usage_row
    UNION ALL
    SELECT organization_key, dataset, usage_date, endpoint_key,
        -requests, -status_200, -status_300, -status_400, -status_429, -status_500, -rows, rows = 0
    FROM ingest.endpoint_day
) AS counted
-- Sums may outlive the facts that they sum.
WHERE (usage_date < (SELECT first_day FROM ingest.retention WHERE subject = 'facts')) IS NOT TRUE
GROUP BY organization_key, dataset, usage_date, endpoint_key
HAVING bool_or(is_empty_line) OR sum(rows) <> 0 OR sum(requests) <> 0 OR sum(status_200) <> 0 OR sum(status_300) <> 0
    OR sum(status_400) <> 0 OR sum(status_429) <> 0 OR sum(status_500) <> 0;
COMMENT ON VIEW ingest.rollup_difference IS
    'Lines of ingest.client_day and ingest.endpoint_day that are not the sums of their facts: nothing when all is right, in any snapshot. Days whose facts retention gave up are left out. ingest.rebuild_rollups mends them. Ask for a few days: it reads all facts of them.';
COMMENT ON COLUMN ingest.rollup_difference.rollup IS 'client_day or endpoint_day.';
COMMENT ON COLUMN ingest.rollup_difference.organization_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.rollup_difference.dataset IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.rollup_difference.usage_date IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.rollup_difference.client_key IS 'Client of the line; NULL in endpoint_day.';
COMMENT ON COLUMN ingest.rollup_difference.endpoint_key IS 'Endpoint of the line; NULL in client_day.';
COMMENT ON COLUMN ingest.rollup_difference.missing_requests IS
    'Requests of the facts that the line lacks; negative where it has too many.';
COMMENT ON COLUMN ingest.rollup_difference.missing_status_200 IS 'The same of status_200.';
COMMENT ON COLUMN ingest.rollup_difference.missing_status_300 IS 'The same of status_300.';
COMMENT ON COLUMN ingest.rollup_difference.missing_status_400 IS 'The same of status_400.';
COMMENT ON COLUMN ingest.rollup_difference.missing_status_429 IS 'The same of status_429.';
COMMENT ON COLUMN ingest.rollup_difference.missing_status_500 IS 'The same of status_500.';
COMMENT ON COLUMN ingest.rollup_difference.missing_rows IS
    'Facts that the line does not sum; 0 with nothing else missing is a line that sums no fact and should not be there.';
