-- Datasets that ought to agree, compared. Applied again whenever this text changes: columns are only added at the end.
--
-- From the days that both sides have stored to the facts of each such day: a question for a month reads the facts of that
-- month, and a day that only one dataset has costs nothing.

CREATE OR REPLACE VIEW ingest.comparison AS
SELECT
    comparison.comparison,
    comparison.left_dataset::ingest.dataset AS left_dataset,
    comparison.right_dataset::ingest.dataset AS right_dataset,
    comparison.left_dataset IN ('client_query', 'client_jobs') AS left_is_per_client,
    comparison.right_dataset IN ('client_query', 'client_jobs') AS right_is_per_client,
    comparison.right_dataset = 'simplesearch' AS is_by_name,
    -- An organization's query counts requests made in that organization, a client's those it made in all of them.
    comparison.comparison = 'organization_query/client_query' AS is_own_organization_only,
    comparison.right_dataset IN ('organization_jobs', 'client_jobs') AS right_counts_all
FROM (
    VALUES
    ('organization_query/client_query', 'organization_query', 'client_query'),
    ('organization_query/simplesearch', 'organization_query', 'simplesearch'),
    ('organization_query/organization_jobs', 'organization_query', 'organization_jobs'),
    ('client_query/client_jobs', 'client_query', 'client_jobs')
) AS comparison (comparison, left_dataset, right_dataset);
COMMENT ON VIEW ingest.comparison IS 'Pairs of datasets whose totals by OAuth client and day are compared.';
COMMENT ON COLUMN ingest.comparison.comparison IS 'Name of the comparison: left/right.';
COMMENT ON COLUMN ingest.comparison.left_dataset IS 'Dataset on the left.';
COMMENT ON COLUMN ingest.comparison.right_dataset IS 'Dataset on the right.';
COMMENT ON COLUMN ingest.comparison.left_is_per_client IS 'Whether the left one is asked client by client.';
COMMENT ON COLUMN ingest.comparison.right_is_per_client IS 'Whether the right one is asked client by client.';
COMMENT ON COLUMN ingest.comparison.is_by_name IS 'Whether clients are matched by the names they bear or bore.';
COMMENT ON COLUMN ingest.comparison.is_own_organization_only IS
    'Whether rows of the right one count only where the calling organization is the source''s own or is not stated.';
COMMENT ON COLUMN ingest.comparison.right_counts_all IS
    'Whether the right one counts all requests and the left one only those that are billed.';

-- A name belongs to every client that ever bore it, and a client to every name it ever bore: what hangs together so can
-- only be compared as one. Most groups are one client and its one name.
CREATE OR REPLACE VIEW ingest.client_group AS
WITH RECURSIVE named AS (
    SELECT organization_key, client_key, name FROM ingest.client_name
    UNION ALL
    SELECT organization_key, client_key, stated_name AS name FROM ingest.oauth_client WHERE stated_name <> ''
),
link AS (
    SELECT DISTINCT one.organization_key, one.name, other.name AS other_name
    FROM ingest.client_name AS one
    INNER JOIN ingest.client_name AS other USING (organization_key, client_key)
    WHERE one.name <> other.name
),
reach AS (
    SELECT organization_key, name, name AS reached FROM named
    UNION
    SELECT reach.organization_key, reach.name, link.other_name AS reached
    FROM reach
    INNER JOIN link ON reach.organization_key = link.organization_key AND reach.reached = link.name
),
member AS (
    SELECT named.organization_key, named.client_key, min(reach.reached COLLATE "C") AS first_name
    FROM named
    INNER JOIN reach USING (organization_key, name)
    GROUP BY named.organization_key, named.client_key
),
grouped AS (
    SELECT
        min(client.client_key) AS group_key,
        array_agg(client.client_key) AS client_keys,
        CASE WHEN count(nullif(client.client_id, '')) = 1 THEN max(client.client_id) ELSE '' END AS client_id,
        string_agg(DISTINCT client.name, ' / ' ORDER BY client.name) AS client_name,
        count(nullif(client.client_id, '')) > 1 OR bool_or(client.is_shared_name) AS is_ambiguous
    FROM ingest.oauth_client AS client
    LEFT JOIN member USING (organization_key, client_key)
    -- Simple searches state no name for clients that never had one, nor for requests of no client: that is one group, too.
    GROUP BY client.organization_key, member.first_name
)
SELECT
    client.client_key,
    min(grouped.group_key) AS group_key,
    min(grouped.client_id) AS client_id,
    min(grouped.client_name) AS client_name,
    bool_or(grouped.is_ambiguous) AS is_ambiguous
FROM grouped
CROSS JOIN LATERAL unnest(grouped.client_keys) AS client (client_key)
-- A client is in one group only. This says so to the planner, which would expect many else.
GROUP BY client.client_key;
COMMENT ON VIEW ingest.client_group IS
    'OAuth clients and stated names that cannot be told apart by name, one line each with the group it belongs to.';
COMMENT ON COLUMN ingest.client_group.client_key IS 'The client, or the line of a stated name.';
COMMENT ON COLUMN ingest.client_group.group_key IS 'Least client_key of its group.';
COMMENT ON COLUMN ingest.client_group.client_id IS 'The one client of the group; empty when it has none or several.';
COMMENT ON COLUMN ingest.client_group.client_name IS 'Current names in the group.';
COMMENT ON COLUMN ingest.client_group.is_ambiguous IS 'Whether the group has several clients.';

CREATE OR REPLACE VIEW ingest.compared_day AS
SELECT
    source.name AS source,
    organization.organization_key,
    organization.organization_id,
    organization.name AS organization_name,
    comparison.comparison,
    comparison.left_dataset,
    comparison.right_dataset,
    comparison.left_is_per_client,
    comparison.right_is_per_client,
    comparison.is_by_name,
    comparison.right_counts_all,
    CASE
        WHEN comparison.is_own_organization_only THEN ARRAY(
            SELECT caller.calling_organization_key
            FROM ingest.calling_organization AS caller
            WHERE caller.calling_organization_id IN ('', organization.organization_id)
        )
    END AS own_callers,
    right_day.usage_date,
    count(*) AS stored_on_both
FROM ingest.comparison AS comparison
INNER JOIN ingest.coverage AS right_day
    ON comparison.right_dataset = right_day.dataset
    AND right_day.state IN ('provisional', 'covered')
INNER JOIN ingest.coverage AS left_day
    ON right_day.organization_key = left_day.organization_key
    AND comparison.left_dataset = left_day.dataset
    AND left_day.client_id = CASE WHEN comparison.left_is_per_client THEN right_day.client_id ELSE '' END
    AND right_day.usage_date = left_day.usage_date
    AND left_day.state IN ('provisional', 'covered')
INNER JOIN ingest.organization AS organization ON right_day.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON right_day.organization_key = claim.organization_key AND comparison.left_dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
-- What retention gave up cannot be compared.
WHERE (right_day.usage_date < (SELECT first_day FROM ingest.retention WHERE subject = 'facts')) IS NOT TRUE
GROUP BY
    source.name, organization.organization_key, organization.organization_id, organization.name,
    comparison.comparison, comparison.left_dataset, comparison.right_dataset, comparison.left_is_per_client,
    comparison.right_is_per_client, comparison.is_by_name, comparison.is_own_organization_only,
    comparison.right_counts_all, right_day.usage_date;
COMMENT ON VIEW ingest.compared_day IS 'Days that both datasets of a comparison have stored, one line a comparison and day.';
COMMENT ON COLUMN ingest.compared_day.source IS 'Source of the left dataset.';
COMMENT ON COLUMN ingest.compared_day.organization_key IS 'The organization.';
COMMENT ON COLUMN ingest.compared_day.organization_id IS 'Its identifier.';
COMMENT ON COLUMN ingest.compared_day.organization_name IS 'Its current name.';
COMMENT ON COLUMN ingest.compared_day.comparison IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.left_dataset IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.right_dataset IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.left_is_per_client IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.right_is_per_client IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.is_by_name IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.right_counts_all IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.compared_day.own_callers IS
    'Keys of the calling organizations whose rows count on the right; NULL when all do.';
COMMENT ON COLUMN ingest.compared_day.usage_date IS 'The day.';
COMMENT ON COLUMN ingest.compared_day.stored_on_both IS
    'How often both have it stored: for each client where the right dataset is asked per client, else once.';

CREATE OR REPLACE VIEW ingest.reconciled_client AS
SELECT
    line.*,
    CASE
        WHEN line.is_compared THEN concat_ws(
            ', ',
            CASE WHEN line.left_requests <> line.right_requests THEN 'requests' END,
            CASE WHEN line.left_status_200 <> line.right_status_200 THEN 'status_200' END,
            CASE WHEN line.left_status_300 <> line.right_status_300 THEN 'status_300' END,
            CASE WHEN line.left_status_400 <> line.right_status_400 THEN 'status_400' END,
            CASE WHEN line.left_status_429 <> line.right_status_429 THEN 'status_429' END,
            CASE WHEN line.left_status_500 <> line.right_status_500 THEN 'status_500' END
        )
        ELSE ''
    END AS differing,
    -- More on the side that counts all requests is what the vendor says of it; less is not.
    line.right_counts_all
    AND line.left_requests <= line.right_requests
    AND line.left_status_200 <= line.right_status_200
    AND line.left_status_300 <= line.right_status_300
    AND line.left_status_400 <= line.right_status_400
    AND line.left_status_429 <= line.right_status_429
    AND line.left_status_500 <= line.right_status_500 AS is_expected
FROM (
    SELECT
        side.source,
        side.organization_id,
        side.organization_name,
        side.comparison,
        side.usage_date,
        side.right_counts_all,
        side.right_is_per_client,
        side.stored_on_both,
        side.client_id,
        side.client_name,
        side.ambiguous_name,
        -- A day without any fact has one line without a client.
        side.group_key IS NOT NULL AS has_facts,
        side.is_compared,
        side.is_provisional,
        coalesce(sum(side.requests) FILTER (WHERE side.is_left), 0) AS left_requests,
        coalesce(sum(side.requests) FILTER (WHERE NOT side.is_left), 0) AS right_requests,
        coalesce(sum(side.status_200) FILTER (WHERE side.is_left), 0) AS left_status_200,
        coalesce(sum(side.status_200) FILTER (WHERE NOT side.is_left), 0) AS right_status_200,
        coalesce(sum(side.status_300) FILTER (WHERE side.is_left), 0) AS left_status_300,
        coalesce(sum(side.status_300) FILTER (WHERE NOT side.is_left), 0) AS right_status_300,
        coalesce(sum(side.status_400) FILTER (WHERE side.is_left), 0) AS left_status_400,
        coalesce(sum(side.status_400) FILTER (WHERE NOT side.is_left), 0) AS right_status_400,
        coalesce(sum(side.status_429) FILTER (WHERE side.is_left), 0) AS left_status_429,
        coalesce(sum(side.status_429) FILTER (WHERE NOT side.is_left), 0) AS right_status_429,
        coalesce(sum(side.status_500) FILTER (WHERE side.is_left), 0) AS left_status_500,
        coalesce(sum(side.status_500) FILTER (WHERE NOT side.is_left), 0) AS right_status_500
    FROM (
        SELECT
            day.*,
            CASE WHEN day.is_by_name THEN client_group.group_key ELSE client.client_key END AS group_key,
            CASE WHEN day.is_by_name THEN client_group.client_id ELSE client.client_id END AS client_id,
            CASE WHEN day.is_by_name THEN client_group.client_name ELSE client.name END AS client_name,
            client_group.is_ambiguous AND (day.is_by_name OR client.stated_name <> '') AS ambiguous_name,
            total.dataset = day.left_dataset AS is_left,
            coalesce(left_day.state IS NOT NULL AND right_day.state IS NOT NULL, false) AS is_compared,
            coalesce('provisional' IN (left_day.state, right_day.state), false) AS is_provisional,
            total.requests,
            total.status_200,
            total.status_300,
            total.status_400,
            total.status_429,
            total.status_500
        FROM ingest.compared_day AS day
        LEFT JOIN LATERAL (
            SELECT
                fact.dataset,
                fact.client_key,
                sum(fact.requests) AS requests,
                sum(fact.status_200) AS status_200,
                sum(fact.status_300) AS status_300,
                sum(fact.status_400) AS status_400,
                sum(fact.status_429) AS status_429,
                sum(fact.status_500) AS status_500
            FROM ingest.usage_row AS fact
            WHERE fact.organization_key = day.organization_key
                AND fact.dataset IN (day.left_dataset, day.right_dataset)
                AND fact.usage_date = day.usage_date
                AND (
                    day.own_callers IS NULL OR fact.dataset = day.left_dataset
                    OR fact.calling_organization_key = ANY (day.own_callers)
                )
            GROUP BY fact.dataset, fact.client_key
        ) AS total ON true
        LEFT JOIN ingest.oauth_client AS client ON total.client_key = client.client_key
        LEFT JOIN ingest.client_group AS client_group ON total.client_key = client_group.client_key
        -- Of a dataset that is asked per client, only the clients whose day is stored can be compared.
        LEFT JOIN LATERAL (
            SELECT stored.state
            FROM ingest.coverage AS stored
            WHERE stored.organization_key = day.organization_key
                AND stored.dataset = day.left_dataset
                AND stored.client_id = CASE WHEN day.left_is_per_client THEN client.client_id ELSE '' END
                AND stored.usage_date = day.usage_date
                AND stored.state IN ('provisional', 'covered')
            LIMIT 1
        ) AS left_day ON true
        LEFT JOIN LATERAL (
            SELECT stored.state
            FROM ingest.coverage AS stored
            WHERE stored.organization_key = day.organization_key
                AND stored.dataset = day.right_dataset
                AND stored.client_id = CASE WHEN day.right_is_per_client THEN client.client_id ELSE '' END
                AND stored.usage_date = day.usage_date
                AND stored.state IN ('provisional', 'covered')
            LIMIT 1
        ) AS right_day ON true
    ) AS side
    GROUP BY
        side.source, side.organization_id, side.organization_name, side.comparison, side.usage_date, side.right_counts_all,
        side.right_is_per_client, side.stored_on_both, side.group_key, side.client_id, side.client_name,
        side.ambiguous_name, side.is_compared, side.is_provisional
) AS line;
COMMENT ON VIEW ingest.reconciled_client IS
    'Totals of both datasets of a comparison by OAuth client and day, equal or not, compared or not.';
COMMENT ON COLUMN ingest.reconciled_client.source IS 'Source of the left dataset.';
COMMENT ON COLUMN ingest.reconciled_client.organization_id IS 'The organization.';
COMMENT ON COLUMN ingest.reconciled_client.organization_name IS 'Its current name.';
COMMENT ON COLUMN ingest.reconciled_client.comparison IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.reconciled_client.usage_date IS 'The day.';
COMMENT ON COLUMN ingest.reconciled_client.right_counts_all IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.reconciled_client.right_is_per_client IS 'As in ingest.comparison.';
COMMENT ON COLUMN ingest.reconciled_client.stored_on_both IS 'As in ingest.compared_day.';
COMMENT ON COLUMN ingest.reconciled_client.client_id IS 'OAuth client; empty when there is none or several.';
COMMENT ON COLUMN ingest.reconciled_client.client_name IS 'Its current name, or the names of the group.';
COMMENT ON COLUMN ingest.reconciled_client.ambiguous_name IS 'Whether the line stands for several clients that names cannot tell apart.';
COMMENT ON COLUMN ingest.reconciled_client.has_facts IS 'False for the one line of a day without any fact.';
COMMENT ON COLUMN ingest.reconciled_client.is_compared IS 'Whether both sides have the day stored; of datasets asked per client, for this client.';
COMMENT ON COLUMN ingest.reconciled_client.is_provisional IS 'Whether a side may still change.';
COMMENT ON COLUMN ingest.reconciled_client.left_requests IS 'Sum of requests on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_requests IS 'Sum of requests on the right.';
COMMENT ON COLUMN ingest.reconciled_client.left_status_200 IS 'Sum of status_200 on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_status_200 IS 'Sum of status_200 on the right.';
COMMENT ON COLUMN ingest.reconciled_client.left_status_300 IS 'Sum of status_300 on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_status_300 IS 'Sum of status_300 on the right.';
COMMENT ON COLUMN ingest.reconciled_client.left_status_400 IS 'Sum of status_400 on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_status_400 IS 'Sum of status_400 on the right.';
COMMENT ON COLUMN ingest.reconciled_client.left_status_429 IS 'Sum of status_429 on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_status_429 IS 'Sum of status_429 on the right.';
COMMENT ON COLUMN ingest.reconciled_client.left_status_500 IS 'Sum of status_500 on the left.';
COMMENT ON COLUMN ingest.reconciled_client.right_status_500 IS 'Sum of status_500 on the right.';
COMMENT ON COLUMN ingest.reconciled_client.differing IS 'Counters that differ; empty when all are equal or the line is not compared.';
COMMENT ON COLUMN ingest.reconciled_client.is_expected IS 'Whether a difference is what the vendor says of the two datasets.';

CREATE OR REPLACE VIEW usage.reconciliation AS
SELECT
    line.source,
    line.organization_id,
    line.organization_name,
    line.usage_date,
    line.comparison,
    line.client_id,
    line.client_name,
    line.ambiguous_name,
    line.left_requests,
    line.right_requests,
    line.right_requests - line.left_requests AS difference,
    line.differing,
    line.is_expected,
    CASE
        WHEN line.is_expected THEN 'the newer family counts all requests, the older one only those that are billed'
        WHEN line.right_counts_all THEN 'the newer family counts all requests, and yet fewer here than the older one'
        WHEN line.is_provisional THEN 'a side is provisional: it may still change'
        ELSE ''
    END AS explanation,
    line.is_provisional,
    line.left_status_200,
    line.right_status_200,
    line.left_status_300,
    line.right_status_300,
    line.left_status_400,
    line.right_status_400,
    line.left_status_429,
    line.right_status_429,
    line.left_status_500,
    line.right_status_500
FROM ingest.reconciled_client AS line
WHERE line.differing <> '';
COMMENT ON VIEW usage.reconciliation IS
    'Every difference between datasets that ought to agree, by OAuth client and day; a side without rows counts as 0. Lines that agree are not shown: usage.reconciliation_day says what was compared. Filter by usage_date: each compared day is read from the facts. organization_query/client_query compares by client id, with the rows of client_query whose calling organization is the source''s own or is not stated. organization_query/simplesearch compares by name, and clients that a name cannot tell apart as one. The jobs datasets count all requests, so that more on their side is expected.';
COMMENT ON COLUMN usage.reconciliation.source IS 'Configured account that the left dataset comes through.';
COMMENT ON COLUMN usage.reconciliation.organization_id IS
    'Organization whose usage is measured, the vendor''s identifier.';
COMMENT ON COLUMN usage.reconciliation.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.reconciliation.usage_date IS 'UTC day that differs.';
COMMENT ON COLUMN usage.reconciliation.comparison IS 'The two datasets: left/right.';
COMMENT ON COLUMN usage.reconciliation.client_id IS
    'OAuth client that differs; empty for requests of no client, for a name of no known client and for several clients together.';
COMMENT ON COLUMN usage.reconciliation.client_name IS
    'Its current name; for clients that a name cannot tell apart, and for a client that was renamed, all their names.';
COMMENT ON COLUMN usage.reconciliation.ambiguous_name IS
    'Whether the line stands for several clients that a name cannot tell apart.';
COMMENT ON COLUMN usage.reconciliation.left_requests IS 'Requests in the left dataset; 0 when it has no row.';
COMMENT ON COLUMN usage.reconciliation.right_requests IS
    'Requests in the right dataset; 0 when it has no row. Those of a simple search are the sum of its statuses.';
COMMENT ON COLUMN usage.reconciliation.difference IS
    'right_requests minus left_requests; may be 0 while statuses differ.';
COMMENT ON COLUMN usage.reconciliation.differing IS 'Names of the counters that differ, separated by commas.';
COMMENT ON COLUMN usage.reconciliation.is_expected IS
    'Whether the difference is what the vendor says of the two datasets: the newer family counts no less, and all requests.';
COMMENT ON COLUMN usage.reconciliation.explanation IS 'What is known of the difference; empty when nothing is.';
COMMENT ON COLUMN usage.reconciliation.is_provisional IS 'Whether one side, or both, may still change.';
COMMENT ON COLUMN usage.reconciliation.left_status_200 IS '2xx in the left dataset.';
COMMENT ON COLUMN usage.reconciliation.right_status_200 IS '2xx in the right dataset.';
COMMENT ON COLUMN usage.reconciliation.left_status_300 IS '3xx in the left dataset.';
COMMENT ON COLUMN usage.reconciliation.right_status_300 IS '3xx in the right dataset.';
COMMENT ON COLUMN usage.reconciliation.left_status_400 IS '4xx in the left dataset.';
COMMENT ON COLUMN usage.reconciliation.right_status_400 IS '4xx in the right dataset.';
COMMENT ON COLUMN usage.reconciliation.left_status_429 IS '429 in the left dataset.';
COMMENT ON COLUMN usage.reconciliation.right_status_429 IS '429 in the right dataset.';
COMMENT ON COLUMN usage.reconciliation.left_status_500 IS '5xx in the left dataset.';
COMMENT ON COLUMN usage.reconciliation.right_status_500 IS '5xx in the right dataset.';

CREATE OR REPLACE VIEW usage.reconciliation_day AS
SELECT
    line.source,
    line.organization_id,
    line.organization_name,
    line.usage_date,
    line.comparison,
    CASE
        WHEN line.right_is_per_client THEN line.stored_on_both
        ELSE count(*) FILTER (WHERE line.has_facts)
    END AS compared_clients,
    count(*) FILTER (WHERE line.differing <> '') AS differences,
    count(*) FILTER (WHERE line.differing <> '' AND NOT line.is_expected) AS unexpected_differences,
    coalesce(sum(line.left_requests) FILTER (WHERE line.is_compared), 0) AS left_requests,
    coalesce(sum(line.right_requests) FILTER (WHERE line.is_compared), 0) AS right_requests,
    count(*) FILTER (WHERE line.has_facts AND NOT line.is_compared) AS uncompared_clients,
    coalesce(sum(line.left_requests) FILTER (WHERE NOT line.is_compared), 0) AS uncompared_left_requests,
    coalesce(sum(line.right_requests) FILTER (WHERE NOT line.is_compared), 0) AS uncompared_right_requests,
    coalesce(bool_or(line.is_provisional), false) AS is_provisional
FROM ingest.reconciled_client AS line
GROUP BY
    line.source, line.organization_id, line.organization_name, line.usage_date, line.comparison,
    line.right_is_per_client, line.stored_on_both;
COMMENT ON VIEW usage.reconciliation_day IS
    'What was compared for usage.reconciliation, one line an organization, comparison and day that both datasets have stored. Differences 0 says "compared and equal"; a day without a line was never compared. Filter by usage_date.';
COMMENT ON COLUMN usage.reconciliation_day.source IS 'Configured account that the left dataset comes through.';
COMMENT ON COLUMN usage.reconciliation_day.organization_id IS
    'Organization whose usage is measured, the vendor''s identifier.';
COMMENT ON COLUMN usage.reconciliation_day.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.reconciliation_day.usage_date IS 'UTC day that was compared.';
COMMENT ON COLUMN usage.reconciliation_day.comparison IS 'The two datasets: left/right.';
COMMENT ON COLUMN usage.reconciliation_day.compared_clients IS
    'OAuth clients compared: where the right dataset is asked per client those whose day both have stored, with usage or not; else those with usage on a side, clients that a name cannot tell apart as one.';
COMMENT ON COLUMN usage.reconciliation_day.differences IS 'How many of them differ: the lines of usage.reconciliation.';
COMMENT ON COLUMN usage.reconciliation_day.unexpected_differences IS
    'How many differ in a way that the vendor''s words do not explain.';
COMMENT ON COLUMN usage.reconciliation_day.left_requests IS 'Requests of the compared clients in the left dataset.';
COMMENT ON COLUMN usage.reconciliation_day.right_requests IS 'Requests of the compared clients in the right dataset.';
COMMENT ON COLUMN usage.reconciliation_day.uncompared_clients IS
    'OAuth clients with usage on a side whose day the dataset asked per client has not stored: built-in, deleted or unavailable ones.';
COMMENT ON COLUMN usage.reconciliation_day.uncompared_left_requests IS 'Their requests in the left dataset.';
COMMENT ON COLUMN usage.reconciliation_day.uncompared_right_requests IS 'Their requests in the right dataset.';
COMMENT ON COLUMN usage.reconciliation_day.is_provisional IS
    'Whether a side of the clients with usage may still change.';
