-- Billing periods of channels: as of requests, by local days. Applied again whenever this text changes: columns are only
-- added at the end.

CREATE OR REPLACE VIEW usage.channel_billing_period AS
SELECT
    period.organization_id,
    period.organization_name,
    period.source,
    period.channel,
    period.time_zone,
    period.first_day,
    period.last_day,
    period.is_current,
    period.last_day - period.first_day + 1 AS days_in_period,
    greatest(period.newest_day - period.first_day + 1, 0) AS days_past,
    stored.days_stored,
    stored.days_provisional,
    stored.days_stored = greatest(period.newest_day - period.first_day + 1, 0) AS is_complete,
    used.units,
    period.allowance,
    round(100 * used.units / nullif(period.allowance, 0), 2) AS used_percent,
    excess.units AS excess,
    period.excess_price,
    period.currency,
    round(excess.units * period.excess_price, 2) AS excess_cost,
    changed.units AS changed_afterwards,
    changed.last_changed_at
FROM ingest.billing_calendar AS period
CROSS JOIN LATERAL (
    SELECT
        count(*) AS days_stored,
        count(*) FILTER (WHERE day.state = 'provisional') AS days_provisional
    FROM ingest.coverage AS day
    WHERE day.organization_key = period.organization_key
        AND day.dataset = period.dataset
        AND day.client_id = ''
        AND day.usage_date BETWEEN period.first_day AND period.newest_day
        AND day.state IN ('provisional', 'covered')
) AS stored
CROSS JOIN LATERAL (
    SELECT coalesce(sum(day.units), CASE WHEN stored.days_stored > 0 THEN 0 END) AS units
    FROM ingest.channel_usage_row AS day
    WHERE day.organization_key = period.organization_key
        AND day.channel = period.channel
        AND day.usage_date BETWEEN period.first_day AND period.newest_day
) AS used
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN used.units < period.allowance THEN 0 ELSE used.units - period.allowance END AS units
) AS excess
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(change.new_units - change.old_units), 0) AS units,
        max(change.changed_at) AS last_changed_at
    FROM ingest.channel_restatement AS change
    WHERE change.organization_key = period.organization_key
        AND change.channel = period.channel
        AND change.usage_date BETWEEN period.first_day AND period.last_day
        AND change.changed_at >= (period.last_day + 1)::timestamp AT TIME ZONE period.time_zone
) AS changed
WHERE period.channel <> '';
COMMENT ON VIEW usage.channel_billing_period IS
    'How much of its allowance each organization used of each channel, one line a channel and billing period, the present one (is_current) and all before. Counts stored local days, provisional ones included, today not: days without a stored answer are missing from it (days_past, days_stored). The allowance is what was valid on the first day of the period. Never add channels.';
COMMENT ON COLUMN usage.channel_billing_period.organization_id IS 'Organization whose usage is measured, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_billing_period.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_billing_period.source IS 'Configured account that the usage came through.';
COMMENT ON COLUMN usage.channel_billing_period.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_billing_period.time_zone IS 'Zone in which days are cut.';
COMMENT ON COLUMN usage.channel_billing_period.first_day IS 'First day of the period, in time_zone.';
COMMENT ON COLUMN usage.channel_billing_period.last_day IS 'Last day of the period.';
COMMENT ON COLUMN usage.channel_billing_period.is_current IS 'Whether today lies in it.';
COMMENT ON COLUMN usage.channel_billing_period.days_in_period IS 'Days from first_day to last_day.';
COMMENT ON COLUMN usage.channel_billing_period.days_past IS 'Those of them that have ended.';
COMMENT ON COLUMN usage.channel_billing_period.days_stored IS 'Those of the ended ones that are stored.';
COMMENT ON COLUMN usage.channel_billing_period.days_provisional IS 'Those of the stored ones that may still change.';
COMMENT ON COLUMN usage.channel_billing_period.is_complete IS 'Whether every day that has ended is stored.';
COMMENT ON COLUMN usage.channel_billing_period.units IS 'Units on the stored days; NULL when none is stored.';
COMMENT ON COLUMN usage.channel_billing_period.allowance IS
    'Units that the operator entered as free for the period; NULL when none was valid on its first day.';
COMMENT ON COLUMN usage.channel_billing_period.used_percent IS 'units as percentage of the allowance.';
COMMENT ON COLUMN usage.channel_billing_period.excess IS 'Units above the allowance; 0 when there are none, NULL without an allowance.';
COMMENT ON COLUMN usage.channel_billing_period.excess_price IS 'Price of one unit above the allowance on the first day; NULL when not known.';
COMMENT ON COLUMN usage.channel_billing_period.currency IS 'Currency of the price; empty without one.';
COMMENT ON COLUMN usage.channel_billing_period.excess_cost IS 'excess times excess_price, rounded to hundredths.';
COMMENT ON COLUMN usage.channel_billing_period.changed_afterwards IS
    'By how many units the vendor changed days of the period after its last day had ended: contained in units, and perhaps not in the invoice.';
COMMENT ON COLUMN usage.channel_billing_period.last_changed_at IS 'When the last of these changes was stored; NULL when there was none.';

CREATE OR REPLACE VIEW usage.channel_allowance_forecast AS
SELECT
    period.organization_id,
    period.organization_name,
    period.source,
    period.channel,
    period.time_zone,
    period.today,
    period.first_day,
    period.last_day,
    period.last_day - period.today + 1 AS days_left,
    sums.history_days,
    sums.estimated_days,
    days.units,
    told.projected,
    told.projected_low,
    told.projected_high,
    period.allowance,
    round(100 * days.units / nullif(period.allowance, 0), 2) AS used_percent,
    round(100 * told.projected / nullif(period.allowance, 0), 2) AS projected_percent,
    sums.exhausted_on,
    excess.projected AS projected_excess,
    excess.projected_low AS projected_excess_low,
    excess.projected_high AS projected_excess_high,
    period.excess_price,
    period.currency,
    round(excess.projected * period.excess_price, 2) AS projected_cost,
    round(excess.projected_low * period.excess_price, 2) AS projected_cost_low,
    round(excess.projected_high * period.excess_price, 2) AS projected_cost_high,
    round(sums.typical_day, 2) AS typical_day,
    round(100 * (exp(sums.weekly_growth) - 1), 2) AS weekly_growth_percent
FROM ingest.billing_calendar AS period
CROSS JOIN LATERAL (
    SELECT greatest(period.series_first_day, least(period.first_day, period.today - 126)) AS first_day
) AS history
CROSS JOIN LATERAL (
    SELECT
        array_agg(
            CASE WHEN state.usage_date IS NOT NULL THEN coalesce(total.units, 0) END ORDER BY calendar.usage_date
        ) AS amounts,
        sum(CASE WHEN state.usage_date IS NOT NULL THEN coalesce(total.units, 0) END) FILTER (
            WHERE calendar.usage_date >= period.first_day
        ) AS units
    FROM (
        SELECT series.day::date AS usage_date
        FROM generate_series(
            history.first_day::timestamp, (period.today - 1)::timestamp, interval '1 day'
        ) AS series (day)
    ) AS calendar
    LEFT JOIN (
        SELECT day.usage_date
        FROM ingest.coverage AS day
        WHERE day.organization_key = period.organization_key
            AND day.dataset = period.dataset
            AND day.client_id = ''
            AND day.usage_date BETWEEN history.first_day AND period.today - 1
            AND day.state IN ('provisional', 'covered')
    ) AS state ON calendar.usage_date = state.usage_date
    LEFT JOIN (
        SELECT day.usage_date, day.units
        FROM ingest.channel_usage_row AS day
        WHERE day.organization_key = period.organization_key
            AND day.channel = period.channel
            AND day.usage_date BETWEEN history.first_day AND period.today - 1
    ) AS total ON calendar.usage_date = total.usage_date
) AS days
CROSS JOIN LATERAL ingest.forecast(
    history.first_day, days.amounts, period.first_day, period.last_day, period.allowance
) AS sums
CROSS JOIN LATERAL (
    SELECT
        round(sums.projected, 2) AS projected,
        round(sums.projected_low, 2) AS projected_low,
        round(sums.projected_high, 2) AS projected_high
) AS told
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN told.projected < period.allowance THEN 0
            ELSE told.projected - period.allowance
        END AS projected,
        CASE
            WHEN told.projected_low < period.allowance THEN 0
            ELSE told.projected_low - period.allowance
        END AS projected_low,
        CASE
            WHEN told.projected_high < period.allowance THEN 0
            ELSE told.projected_high - period.allowance
        END AS projected_high
) AS excess
WHERE period.channel <> '' AND period.is_current AND period.is_configured;
COMMENT ON VIEW usage.channel_allowance_forecast IS
    'What each organization will have used of each channel by the end of its present billing period, and whether and when that passes the allowance. By the method of usage.allowance_forecast, on local days: days past without a stored answer are estimated, today and the days left are projected. Never add channels.';
COMMENT ON COLUMN usage.channel_allowance_forecast.organization_id IS
    'Organization whose usage is measured, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_allowance_forecast.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_allowance_forecast.source IS 'Configured account that the usage came through.';
COMMENT ON COLUMN usage.channel_allowance_forecast.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_allowance_forecast.time_zone IS 'Zone in which days are cut.';
COMMENT ON COLUMN usage.channel_allowance_forecast.today IS 'The present local day, which is projected.';
COMMENT ON COLUMN usage.channel_allowance_forecast.first_day IS 'First day of the billing period.';
COMMENT ON COLUMN usage.channel_allowance_forecast.last_day IS 'Last day of the billing period.';
COMMENT ON COLUMN usage.channel_allowance_forecast.days_left IS 'Days from today to last_day, both included.';
COMMENT ON COLUMN usage.channel_allowance_forecast.history_days IS
    'Stored days that the forecast learnt from, 91 at most. Below 7 it knows no weekdays and is a straight line; below 4 it has no interval.';
COMMENT ON COLUMN usage.channel_allowance_forecast.estimated_days IS 'Days of the period that have ended and are not stored: estimated.';
COMMENT ON COLUMN usage.channel_allowance_forecast.units IS 'Units on the stored days of the period; NULL when none is stored.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected IS
    'Units expected in the whole period: stored, estimated and projected. NULL without history.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_low IS
    'Lower end of the 80 % interval: one time in ten it will be less. What is stored when the newest seven days are stored without any unit. NULL when the history is too short or nothing was used of late.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_high IS
    'Upper end of the 80 % interval: one time in ten it will be more. NULL when the history is too short or nothing was used of late.';
COMMENT ON COLUMN usage.channel_allowance_forecast.allowance IS
    'Units that the operator entered as free for the period; NULL when none was valid on its first day.';
COMMENT ON COLUMN usage.channel_allowance_forecast.used_percent IS 'units as percentage of the allowance.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_percent IS 'projected as percentage of the allowance.';
COMMENT ON COLUMN usage.channel_allowance_forecast.exhausted_on IS
    'Day on which the allowance is passed, or has been; NULL when that is not expected within the period.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_excess IS 'Units expected above the allowance.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_excess_low IS 'The same of projected_low.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_excess_high IS 'The same of projected_high.';
COMMENT ON COLUMN usage.channel_allowance_forecast.excess_price IS 'Price of one unit above the allowance; NULL when not known.';
COMMENT ON COLUMN usage.channel_allowance_forecast.currency IS 'Currency of the price; empty without one.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_cost IS 'Price of projected_excess, rounded to hundredths.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_cost_low IS 'Price of projected_excess_low.';
COMMENT ON COLUMN usage.channel_allowance_forecast.projected_cost_high IS 'Price of projected_excess_high.';
COMMENT ON COLUMN usage.channel_allowance_forecast.typical_day IS 'Present level: units expected on a day of average weekday.';
COMMENT ON COLUMN usage.channel_allowance_forecast.weekly_growth_percent IS
    'Growth from week to week that is carried on, fading: 0 while it does not stand out of the ups and downs.';
