-- Units of each channel by month. Applied again whenever this text changes: columns are only added at the end.
--
-- Months are cut in the organization's own zone, and no view adds channels: the vendor does not say what a unit is.

CREATE OR REPLACE VIEW usage.channel_by_month AS
SELECT
    organization.organization_id,
    organization.name AS organization_name,
    source.name AS source,
    organization.time_zone,
    calendar.day::date AS month,
    period.is_current,
    period.end_day - 1 AS last_day,
    period.end_day - calendar.day::date AS days_in_period,
    stored.days_stored,
    stored.days_provisional,
    stored.days_stored = period.end_day - calendar.day::date AS is_complete,
    used.channel,
    total.units,
    total.before_units AS month_before_units,
    CASE WHEN comparison.is_fair THEN total.units - total.before_units END AS change,
    CASE
        WHEN comparison.is_fair THEN round(100 * (total.units - total.before_units) / nullif(total.before_units, 0), 2)
    END AS change_percent,
    stated.stated_units,
    stated.stated_units - total.units AS stated_difference
FROM ingest.claim AS claim
INNER JOIN ingest.organization AS organization ON claim.organization_key = organization.organization_key
INNER JOIN ingest.source AS source ON claim.source_key = source.source_key
INNER JOIN ingest.source_dataset AS asked ON claim.source_key = asked.source_key AND claim.dataset = asked.dataset
CROSS JOIN LATERAL (
    SELECT
        min(fact.usage_date) AS first_day,
        max(fact.usage_date) AS last_day,
        array_agg(DISTINCT fact.channel) AS channels,
        ingest.today(organization.time_zone) AS today
    FROM ingest.channel_usage_row AS fact
    WHERE fact.organization_key = claim.organization_key
) AS known
CROSS JOIN LATERAL generate_series(
    date_trunc('month', least(asked.start_date, known.first_day)::timestamp),
    CASE
        WHEN source.is_configured AND asked.is_configured THEN known.today - 1
        ELSE least(known.last_day, known.today - 1)
    END::timestamp,
    interval '1 month'
) AS calendar (day)
CROSS JOIN LATERAL (
    SELECT
        calendar.day::date = date_trunc('month', known.today::timestamp)::date AS is_current,
        (calendar.day - interval '1 month')::date AS before_day,
        least((calendar.day + interval '1 month')::date, known.today) AS end_day
) AS period
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN period.is_current
                THEN least(period.before_day + (period.end_day - calendar.day::date), calendar.day::date)
            ELSE calendar.day::date
        END AS end_day
) AS before
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE tried.usage_date >= calendar.day::date) AS days_stored,
        count(*) FILTER (WHERE tried.usage_date >= calendar.day::date AND tried.state = 'provisional')
            AS days_provisional,
        count(*) FILTER (WHERE tried.usage_date < before.end_day) AS days_stored_before
    FROM ingest.coverage AS tried
    WHERE tried.organization_key = claim.organization_key
        AND tried.dataset = 'channel_usage'
        AND tried.client_id = ''
        AND tried.usage_date >= period.before_day
        AND tried.usage_date < period.end_day
        AND tried.state IN ('provisional', 'covered')
) AS stored
CROSS JOIN LATERAL (
    SELECT
        stored.days_stored = period.end_day - calendar.day::date
        AND stored.days_stored_before = before.end_day - period.before_day AS is_fair
) AS comparison
CROSS JOIN LATERAL unnest(known.channels) AS used (channel)
CROSS JOIN LATERAL (
    SELECT
        sum(fact.units) FILTER (WHERE fact.usage_date >= calendar.day::date) AS units,
        sum(fact.units) FILTER (WHERE fact.usage_date < before.end_day) AS before_units
    FROM ingest.channel_usage_row AS fact
    WHERE fact.organization_key = claim.organization_key
        AND fact.usage_date >= period.before_day
        AND fact.usage_date < period.end_day
        AND fact.channel = used.channel
) AS total
LEFT JOIN ingest.channel_month AS stated
    ON claim.organization_key = stated.organization_key
    AND calendar.day::date = stated.first_day
    AND used.channel = stated.channel
WHERE claim.dataset = 'channel_usage';

COMMENT ON VIEW usage.channel_by_month IS
    'How many units each channel used each month, and how many more or less than the month before: one line an organization, calendar month of its own zone and channel, down to the present month up to yesterday (is_current). Never add channels: the vendor does not say what one unit of each is. A sum counts what is stored: days_stored of days_in_period.';
COMMENT ON COLUMN usage.channel_by_month.organization_id IS 'Organization, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_by_month.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_by_month.source IS 'Configured account that the units come through.';
COMMENT ON COLUMN usage.channel_by_month.time_zone IS 'Zone in which days and months are cut now.';
COMMENT ON COLUMN usage.channel_by_month.month IS 'First day of the month.';
COMMENT ON COLUMN usage.channel_by_month.is_current IS
    'Whether it is the present month, which is counted up to yesterday.';
COMMENT ON COLUMN usage.channel_by_month.last_day IS 'Last day that is counted: of the present month yesterday.';
COMMENT ON COLUMN usage.channel_by_month.days_in_period IS 'Days of the month that have ended.';
COMMENT ON COLUMN usage.channel_by_month.days_stored IS 'How many of these are stored.';
COMMENT ON COLUMN usage.channel_by_month.days_provisional IS 'How many of the stored days may still change.';
COMMENT ON COLUMN usage.channel_by_month.is_complete IS
    'Whether all days of the month that have ended are stored: if not, the units lack some.';
COMMENT ON COLUMN usage.channel_by_month.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_by_month.units IS 'Units of the stored days; NULL when none is stored.';
COMMENT ON COLUMN usage.channel_by_month.month_before_units IS
    'Units of the stored days of the month before; of the present month, up to the same day. NULL when none is stored.';
COMMENT ON COLUMN usage.channel_by_month.change IS
    'units minus month_before_units; NULL unless every day of both is stored.';
COMMENT ON COLUMN usage.channel_by_month.change_percent IS
    'The change in percent of month_before_units, to two digits; NULL unless every day of both is stored.';
COMMENT ON COLUMN usage.channel_by_month.stated_units IS
    'What the vendor answered for the closed month as a whole; NULL until it was asked.';
COMMENT ON COLUMN usage.channel_by_month.stated_difference IS
    'stated_units minus units: 0 when the days add up to the month.';
