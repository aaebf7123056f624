-- How late days change. Applied again whenever this text changes: columns are only added at the end.
--
-- The journal is summed up by its keys before anything is joined to it, so that a range of days reads the partitions of
-- these days alone.

CREATE OR REPLACE VIEW usage.lateness AS
SELECT
    source.name AS source,
    organization.organization_id,
    day.dataset::text AS dataset,
    day.usage_date,
    coalesce(client.client_id, '') AS client_id,
    coalesce(client.name, '') AS client_name,
    day.changes,
    day.first_changed_at,
    day.last_changed_at,
    (day.last_changed_at AT TIME ZONE zone.name)::date - day.usage_date AS days_late,
    (day.unchanged_at AT TIME ZONE zone.name)::date - day.usage_date AS days_unchanged
FROM (
    SELECT
        change.organization_key,
        change.dataset,
        change.usage_date,
        change.client_key,
        count(*) AS changes,
        min(change.changed_at) AS first_changed_at,
        max(change.changed_at) AS last_changed_at,
        -- Of two changes the later one also knew the later answer before it.
        max(change.old_fetched_at) AS unchanged_at
    FROM ingest.restatement AS change
    GROUP BY change.organization_key, change.dataset, change.usage_date, change.client_key
    UNION ALL
    SELECT
        change.organization_key,
        'channel_usage'::ingest.dataset AS dataset,
        change.usage_date,
        NULL::integer AS client_key,
        count(*) AS changes,
        min(change.changed_at) AS first_changed_at,
        max(change.changed_at) AS last_changed_at,
        max(change.old_fetched_at) AS unchanged_at
    FROM ingest.channel_restatement AS change
    -- In another zone it is another day, which says nothing of the vendor.
    WHERE change.old_units <> change.new_units AND change.old_time_zone = change.new_time_zone
    GROUP BY change.organization_key, change.usage_date
) AS day
LEFT JOIN ingest.organization AS organization ON day.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim ON day.organization_key = claim.organization_key AND day.dataset = claim.dataset
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key
LEFT JOIN ingest.oauth_client AS client ON day.client_key = client.client_key
CROSS JOIN LATERAL (
    SELECT CASE WHEN day.dataset = 'channel_usage' THEN coalesce(organization.time_zone, 'UTC') ELSE 'UTC' END AS name
) AS zone;
COMMENT ON VIEW usage.lateness IS
    'How late days change: one line a dataset, day and OAuth client of which anything changed after the day had first been stored; a day without a line never changed. Compare days_late with schedule.lookback-days. A refetch with another grouping (by-user) counts as a change, too.';
COMMENT ON COLUMN usage.lateness.source IS 'Configured account that the changes came through.';
COMMENT ON COLUMN usage.lateness.organization_id IS 'Organization, the vendor''s identifier.';
COMMENT ON COLUMN usage.lateness.dataset IS 'Which question was asked.';
COMMENT ON COLUMN usage.lateness.usage_date IS
    'Day whose numbers changed: UTC, for channel_usage the organization''s own.';
COMMENT ON COLUMN usage.lateness.client_id IS
    'OAuth client whose rows changed; empty when the vendor stated no id, and for channel_usage.';
COMMENT ON COLUMN usage.lateness.client_name IS 'Its current name, or the stated name where client_id is empty.';
COMMENT ON COLUMN usage.lateness.changes IS
    'Changes of rows of the client and day: rows that appeared, changed or vanished, each time counted.';
COMMENT ON COLUMN usage.lateness.first_changed_at IS 'When the first of these changes was stored.';
COMMENT ON COLUMN usage.lateness.last_changed_at IS 'When the last of these changes was stored.';
COMMENT ON COLUMN usage.lateness.days_late IS
    'How many days after usage_date the last change was found, by days of the same zone: a lookback of so many days finds it.';
COMMENT ON COLUMN usage.lateness.days_unchanged IS
    'How many days after usage_date the answer before the last change was asked for, which did not have it yet: the vendor changed the day between days_unchanged and days_late. NULL when not known.';
