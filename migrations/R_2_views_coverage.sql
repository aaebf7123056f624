-- What is owed, what is stored of it and how fresh it is. Applied again whenever this text changes: columns are only
-- added at the end.

-- A dataset that is asked client by client owes each day once for every client that is asked about. Until the first
-- listing nobody knows which these are: the days are owed once then, for the client ''.
CREATE OR REPLACE VIEW ingest.owed_series AS
SELECT
    source.name AS source,
    source.last_error,
    asked.dataset,
    claim.organization_key,
    -- What retention gave up is owed no more.
    greatest(asked.start_date, retention.first_day) AS start_date,
    ingest.today(CASE WHEN asked.dataset = 'channel_usage' THEN coalesce(organization.time_zone, 'UTC') ELSE 'UTC' END)
    - 1 AS last_day,
    asked.dataset <> 'client_summary' AS owes_days,
    asked.dataset IN ('client_query', 'client_summary', 'client_jobs') AS is_per_client,
    coalesce(client.client_id, '') AS client_id,
    coalesce(retention.first_day, '-infinity') AS first_kept_day
FROM ingest.source AS source
INNER JOIN ingest.source_dataset AS asked USING (source_key)
-- What another source stored of this organization is not this one's.
LEFT JOIN ingest.claim AS claim
    ON asked.source_key = claim.source_key
    AND asked.dataset = claim.dataset
    AND source.organization_key = claim.organization_key
LEFT JOIN ingest.organization AS organization ON claim.organization_key = organization.organization_key
LEFT JOIN ingest.source_client AS client
    ON asked.source_key = client.source_key
    AND asked.dataset IN ('client_query', 'client_summary', 'client_jobs')
    AND client.is_asked
LEFT JOIN ingest.retention AS retention
    ON retention.subject = 'facts' AND asked.dataset NOT IN ('channel_usage', 'client_summary')
WHERE source.is_configured AND asked.is_configured;
COMMENT ON VIEW ingest.owed_series IS
    'Which days are owed: one line a configured source, dataset and, where it is asked client by client, OAuth client.';
COMMENT ON COLUMN ingest.owed_series.source IS 'The source.';
COMMENT ON COLUMN ingest.owed_series.last_error IS 'Why the source as a whole could not work last time; empty when it could.';
COMMENT ON COLUMN ingest.owed_series.dataset IS 'The dataset.';
COMMENT ON COLUMN ingest.owed_series.organization_key IS 'Its organization; NULL until the source has authenticated once.';
COMMENT ON COLUMN ingest.owed_series.start_date IS
    'First day that is owed: the configured one or, if that is later, the first that retention keeps.';
COMMENT ON COLUMN ingest.owed_series.last_day IS 'Last day that is owed: yesterday, where the organization counts its days.';
COMMENT ON COLUMN ingest.owed_series.owes_days IS 'False for snapshots, which can only be taken on their day and are owed for none.';
COMMENT ON COLUMN ingest.owed_series.is_per_client IS 'Whether the dataset is asked client by client.';
COMMENT ON COLUMN ingest.owed_series.client_id IS
    'OAuth client asked about; empty where the dataset is not asked per client and where no client is known yet.';
COMMENT ON COLUMN ingest.owed_series.first_kept_day IS
    'What is known of earlier days speaks of facts that retention gave up; -infinity where it gave up none.';

CREATE OR REPLACE VIEW usage.coverage AS
SELECT
    owed.source,
    owed.dataset::text AS dataset,
    owed.client_id,
    day.usage_date,
    coalesce(tried.state, 'gap') AS state,
    tried.row_count AS rows,
    tried.fetched_at,
    coalesce(tried.last_error, '') AS last_error,
    tried.run_id,
    coalesce(client.name, '') AS client_name,
    tried.next_attempt_at,
    organization.organization_id,
    organization.name AS organization_name
FROM ingest.owed_series AS owed
-- One calendar for all, so that a question for one day makes one day, not every day of every client.
INNER JOIN (
    SELECT calendar.usage_day::date AS usage_date
    FROM generate_series(
        (SELECT min(asked.start_date) FROM ingest.source_dataset AS asked WHERE asked.is_configured)::timestamp,
        -- Where the sun rises first, yesterday is the UTC day that is today.
        ingest.today()::timestamp,
        interval '1 day'
    ) AS calendar (usage_day)
) AS day ON day.usage_date BETWEEN owed.start_date AND owed.last_day
LEFT JOIN ingest.coverage AS tried
    ON owed.organization_key = tried.organization_key
    AND owed.dataset = tried.dataset
    AND owed.client_id = tried.client_id
    AND day.usage_date = tried.usage_date
LEFT JOIN ingest.oauth_client AS client
    ON owed.organization_key = client.organization_key
    AND owed.client_id = client.client_id
    AND client.stated_name = ''
LEFT JOIN ingest.organization AS organization ON owed.organization_key = organization.organization_key
WHERE owed.owes_days
UNION ALL
SELECT
    source.name AS source,
    tried.dataset::text AS dataset,
    tried.client_id,
    tried.usage_date,
    tried.state,
    tried.row_count AS rows,
    tried.fetched_at,
    tried.last_error,
    tried.run_id,
    coalesce(client.name, '') AS client_name,
    tried.next_attempt_at,
    organization.organization_id,
    organization.name AS organization_name
FROM ingest.coverage AS tried
INNER JOIN ingest.claim AS claim
    ON tried.organization_key = claim.organization_key AND tried.dataset = claim.dataset
INNER JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client
    ON tried.organization_key = client.organization_key
    AND tried.client_id = client.client_id
    AND client.stated_name = ''
LEFT JOIN ingest.organization AS organization ON tried.organization_key = organization.organization_key
WHERE NOT EXISTS (
    SELECT FROM ingest.owed_series AS owed
    WHERE owed.organization_key = tried.organization_key
        AND owed.dataset = tried.dataset
        AND owed.client_id = tried.client_id
        AND owed.owes_days
        AND tried.usage_date BETWEEN owed.start_date AND owed.last_day
)
-- Of days that retention gave up the sums may still be there, for which their coverage is kept; the facts are not.
AND (
    tried.dataset IN ('channel_usage', 'client_summary')
    OR (tried.usage_date < (SELECT first_day FROM ingest.retention WHERE subject = 'facts')) IS NOT TRUE
);
COMMENT ON VIEW usage.coverage IS
    'One line a day that is owed, and for datasets asked per client one a client and day: says whether a day without rows means "no usage" or "not fetched". Days tried without being owed are shown too, and so is each day''s client summary, which is never owed. States: gap (never fetched), failed (tried, never stored), provisional (stored, may still change), covered (stored and settled), unavailable (the API will never give it).';
COMMENT ON COLUMN usage.coverage.source IS 'Configured account that owes the day.';
COMMENT ON COLUMN usage.coverage.dataset IS 'Which question is asked.';
COMMENT ON COLUMN usage.coverage.client_id IS
    'OAuth client asked about; empty where the dataset is not asked per client, or no client is known yet.';
COMMENT ON COLUMN usage.coverage.usage_date IS
    'The day: UTC, for channel_usage the organization''s own, for client_summary the day the snapshot was asked for.';
COMMENT ON COLUMN usage.coverage.state IS 'gap, failed, provisional, covered or unavailable.';
COMMENT ON COLUMN usage.coverage.rows IS 'Stored rows of the day: 0 is "no usage", NULL is "not stored".';
COMMENT ON COLUMN usage.coverage.fetched_at IS 'When the stored answer was asked for.';
COMMENT ON COLUMN usage.coverage.last_error IS
    'Why the last attempt failed or what is unexplained; empty when all is well. A failed re-read keeps state and rows.';
COMMENT ON COLUMN usage.coverage.run_id IS 'Run that stored the day or, if never stored, last tried.';
COMMENT ON COLUMN usage.coverage.client_name IS 'Current name of the OAuth client asked about; empty when not known or none.';
COMMENT ON COLUMN usage.coverage.next_attempt_at IS
    'When a day that failed or is unavailable is asked for again; NULL when the schedule decides.';
COMMENT ON COLUMN usage.coverage.organization_id IS
    'Organization whose day it is, the vendor''s identifier; NULL until the source has authenticated once.';
COMMENT ON COLUMN usage.coverage.organization_name IS 'Its current name.';

-- Days that every client has are the intersection of what each has: multiranges say so without a line a client and day.
-- The days of a dataset are counted in one go, by client and state; only where that does not suffice, as when a day is
-- missing in the middle, are those of a client read once more.
CREATE OR REPLACE VIEW usage.freshness AS
SELECT
    line.source,
    line.dataset::text AS dataset,
    line.newest_day,
    CASE
        WHEN line.newest_day IS NULL AND (NOT line.owes_days OR line.is_all_unavailable) THEN 0
        ELSE greatest(line.last_day - coalesce(line.newest_day, line.start_date - 1), 0)
    END AS days_behind,
    line.gaps,
    line.failed_days,
    line.provisional_days,
    line.last_fetched_at,
    line.next_attempt_at,
    line.last_error,
    line.clients,
    line.unavailable_clients,
    line.unavailable_days,
    organization.organization_id,
    organization.name AS organization_name
FROM (
    SELECT
        owed.source,
        owed.dataset,
        owed.organization_key,
        owed.owes_days,
        owed.start_date,
        owed.last_day,
        owed.last_error,
        tried.is_all_unavailable,
        upper(tried.known_days * daterange(NULL, coalesce(tried.newest_stored, '-infinity'), '[]')::datemultirange) - 1
            AS newest_day,
        CASE
            WHEN owed.owes_days
                THEN cardinality(owed.clients) * greatest(owed.last_day - owed.start_date + 1, 0)::bigint - tried.owed_days
            ELSE 0
        END AS gaps,
        tried.failed_days,
        tried.provisional_days,
        tried.last_fetched_at,
        tried.next_attempt_at,
        CASE WHEN owed.is_per_client THEN cardinality(array_remove(owed.clients, ''))::bigint END AS clients,
        CASE WHEN owed.is_per_client THEN tried.unavailable_clients END AS unavailable_clients,
        tried.unavailable_days
    FROM (
        SELECT source, last_error, dataset, organization_key, start_date, last_day, owes_days, is_per_client,
            first_kept_day, array_agg(client_id) AS clients
        FROM ingest.owed_series
        GROUP BY
            source, last_error, dataset, organization_key, start_date, last_day, owes_days, is_per_client, first_kept_day
    ) AS owed
    CROSS JOIN LATERAL (
        SELECT
            coalesce(bool_and(client.is_unavailable), false) AS is_all_unavailable,
            range_intersect_agg(client.known_days) FILTER (WHERE NOT client.is_unavailable) AS known_days,
            max(client.newest_stored) AS newest_stored,
            sum(client.owed_days)::bigint AS owed_days,
            sum(client.failed_days)::bigint AS failed_days,
            sum(client.provisional_days)::bigint AS provisional_days,
            sum(client.unavailable_days)::bigint AS unavailable_days,
            count(*) FILTER (WHERE client.is_unavailable) AS unavailable_clients,
            max(client.last_fetched_at) AS last_fetched_at,
            min(client.next_attempt_at) AS next_attempt_at
        FROM (
            SELECT
                max(counted.last_day) FILTER (WHERE counted.state IN ('provisional', 'covered')) AS newest_stored,
                CASE
                    WHEN sum(counted.days) FILTER (WHERE counted.state <> 'failed')
                        = max(counted.last_day) FILTER (WHERE counted.state <> 'failed')
                        - min(counted.first_day) FILTER (WHERE counted.state <> 'failed') + 1
                        THEN datemultirange(daterange(
                            min(counted.first_day) FILTER (WHERE counted.state <> 'failed'),
                            max(counted.last_day) FILTER (WHERE counted.state <> 'failed'), '[]'
                        ))
                    ELSE (
                        SELECT coalesce(range_agg(daterange(day.usage_date, day.usage_date + 1)), '{}')
                        FROM ingest.coverage AS day
                        WHERE day.organization_key = owed.organization_key
                            AND day.dataset = owed.dataset
                            AND day.client_id = asked.client_id
                            AND day.usage_date >= owed.first_kept_day
                            AND day.state <> 'failed'
                    )
                END AS known_days,
                coalesce(
                    max(counted.last_day) = max(counted.last_day) FILTER (WHERE counted.state = 'unavailable'), false
                ) AS is_unavailable,
                coalesce(sum(
                    CASE
                        WHEN NOT owed.owes_days OR counted.state = 'failed' THEN 0
                        WHEN counted.first_day >= owed.start_date AND counted.last_day <= owed.last_day THEN counted.days
                        ELSE (
                            SELECT count(*)
                            FROM ingest.coverage AS day
                            WHERE day.organization_key = owed.organization_key
                                AND day.dataset = owed.dataset
                                AND day.client_id = counted.client_id
                                AND day.usage_date BETWEEN owed.start_date AND owed.last_day
                                AND day.state = counted.state
                        )
                    END
                ), 0) AS owed_days,
                -- A snapshot that failed on an earlier day cannot be taken any more: nobody has to mend it.
                coalesce(sum(
                    CASE
                        WHEN counted.state <> 'failed' THEN 0
                        WHEN owed.owes_days THEN counted.days
                        ELSE (
                            SELECT count(*)
                            FROM ingest.coverage AS day
                            WHERE day.organization_key = owed.organization_key
                                AND day.dataset = owed.dataset
                                AND day.client_id = counted.client_id
                                AND day.usage_date > owed.last_day
                                AND day.state = 'failed'
                        )
                    END
                ), 0) AS failed_days,
                coalesce(sum(counted.days) FILTER (WHERE counted.state = 'provisional'), 0) AS provisional_days,
                coalesce(sum(counted.days) FILTER (WHERE counted.state = 'unavailable'), 0) AS unavailable_days,
                max(counted.last_fetched_at) AS last_fetched_at,
                min(
                    CASE
                        WHEN counted.state = 'unavailable' OR counted.next_attempt_at IS NULL THEN NULL
                        WHEN owed.owes_days THEN counted.next_attempt_at
                        ELSE (
                            SELECT min(day.next_attempt_at)
                            FROM ingest.coverage AS day
                            WHERE day.organization_key = owed.organization_key
                                AND day.dataset = owed.dataset
                                AND day.client_id = counted.client_id
                                AND day.usage_date > owed.last_day
                                AND day.state = counted.state
                        )
                    END
                ) AS next_attempt_at
            FROM unnest(owed.clients) AS asked (client_id)
            LEFT JOIN (
                SELECT
                    day.client_id,
                    day.state,
                    min(day.usage_date) AS first_day,
                    max(day.usage_date) AS last_day,
                    count(*) AS days,
                    max(day.fetched_at) AS last_fetched_at,
                    min(day.next_attempt_at) AS next_attempt_at
                FROM ingest.coverage AS day
                WHERE day.organization_key = owed.organization_key AND day.dataset = owed.dataset
                    AND day.usage_date >= owed.first_kept_day
                GROUP BY day.client_id, day.state
            ) AS counted ON counted.client_id = asked.client_id
            GROUP BY asked.client_id
        ) AS client
    ) AS tried
) AS line
LEFT JOIN ingest.organization AS organization ON line.organization_key = organization.organization_key;
COMMENT ON VIEW usage.freshness IS
    'How far each source and dataset is, one line each. Where it is asked per client, a day counts once for each OAuth client that is asked about.';
COMMENT ON COLUMN usage.freshness.source IS 'Configured account.';
COMMENT ON COLUMN usage.freshness.dataset IS 'Which question is asked.';
COMMENT ON COLUMN usage.freshness.newest_day IS
    'Newest day that is stored; where asked per client, for every client that is not unavailable. For client_summary the newest as_of. NULL when there is none.';
COMMENT ON COLUMN usage.freshness.days_behind IS
    'Days between newest_day and yesterday (of the organization''s own zone for channel_usage); 0 is up to date.';
COMMENT ON COLUMN usage.freshness.gaps IS
    'Owed days, or client-days, that are not stored, failed ones included and unavailable ones not. 0 for client_summary, which owes none.';
COMMENT ON COLUMN usage.freshness.failed_days IS 'Days, or client-days, that were tried and never stored; of client_summary only today''s.';
COMMENT ON COLUMN usage.freshness.provisional_days IS 'Stored days, or client-days, that may still change.';
COMMENT ON COLUMN usage.freshness.last_fetched_at IS 'When the newest answer that is stored was asked for.';
COMMENT ON COLUMN usage.freshness.next_attempt_at IS
    'Earliest time at which a failed day is tried again; NULL when none failed (then the schedule decides).';
COMMENT ON COLUMN usage.freshness.last_error IS 'Why the source as a whole could not work last time; empty when it could.';
COMMENT ON COLUMN usage.freshness.clients IS 'OAuth clients asked about; NULL where the dataset is not asked per client.';
COMMENT ON COLUMN usage.freshness.unavailable_clients IS
    'Those of them whose newest day that was tried is unavailable; newest_day does not wait for them. NULL where not asked per client.';
COMMENT ON COLUMN usage.freshness.unavailable_days IS 'Days, or client-days, that the API will never give.';
COMMENT ON COLUMN usage.freshness.organization_id IS
    'Organization that the dataset is about, the vendor''s identifier; NULL until the source has authenticated once.';
COMMENT ON COLUMN usage.freshness.organization_name IS 'Its current name.';
