-- The forecast of a period's total from the days so far. Applied again whenever this text changes.
--
-- It reads no table: the views hand it the days, and whoever may read them needs no right but to call it. The numbers in
-- it were chosen by a back-test, which the tests repeat: see ingest.forecast's comment for what they are.
--
-- A window of the days that are known ends with the newest one and is cut into weeks backwards from there, so that each
-- week has every weekday once and weeks can be compared without regard to weekdays. Week 0 is the newest.

CREATE OR REPLACE FUNCTION ingest.forecast(
    first_day date, amounts numeric [], period_first date, period_last date, allowance numeric,
    OUT history_days integer,
    OUT estimated_days integer,
    OUT projected numeric,
    OUT projected_low numeric,
    OUT projected_high numeric,
    OUT exhausted_on date,
    OUT typical_day numeric,
    OUT weekly_growth numeric
) RETURNS record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH
    -- 1. The days that are known: of the last thirteen weeks for what is learnt, of the period for what was used.
    known AS MATERIALIZED (
        SELECT
            given.usage_date,
            given.amount,
            given.newest_day,
            (given.newest_day - given.usage_date) / 7 AS week,
            (given.usage_date - date '2001-01-01') % 7 AS weekday
        FROM (
            SELECT
                first_day + (day.number - 1)::integer AS usage_date,
                day.amount::double precision AS amount,
                first_day + (max(day.number) OVER () - 1)::integer AS newest_day
            FROM unnest(amounts) WITH ORDINALITY AS day (amount, number)
            WHERE day.amount IS NOT NULL
        ) AS given
    ),
    recent AS MATERIALIZED (
        SELECT
            known.week,
            known.weekday,
            known.amount,
            avg(known.amount) OVER by_week AS week_mean,
            count(*) OVER by_week AS week_days,
            count(*) OVER () AS history_days
        FROM known
        WHERE known.week < 13
        WINDOW by_week AS (PARTITION BY known.week)
    ),
    -- 2. The weekday's share: the median, over the weeks, of the day against its week's mean. Drawn to 1 while the
    --    weeks are few, and 1 before a whole week is known.
    share AS MATERIALIZED (
        SELECT
            drawn.weekday,
            coalesce(drawn.share / nullif(avg(drawn.share) OVER (), 0), 1) AS share
        FROM (
            SELECT
                weekday.number AS weekday,
                CASE
                    WHEN count(*) FILTER (WHERE seen.history_days >= 7) = 0 THEN 1
                    ELSE 1 + (percentile_cont(0.5) WITHIN GROUP (ORDER BY seen.amount / seen.week_mean) - 1)
                        * count(*) / (count(*) + 0.5)
                END AS share
            FROM generate_series(0, 6) AS weekday (number)
            LEFT JOIN recent AS seen
                ON weekday.number = seen.weekday AND seen.week_days >= 4 AND seen.week_mean > 0
            GROUP BY weekday.number
        ) AS drawn
    ),
    -- 3. Days far off the median of their week, once weekdays are evened out, are outages and accidents: left out.
    evened AS (
        SELECT
            recent.week,
            recent.amount,
            recent.history_days,
            share.share,
            recent.amount / greatest(share.share, 0.02) AS level
        FROM recent
        INNER JOIN share USING (weekday)
    ),
    deviation AS MATERIALIZED (
        SELECT
            evened.*,
            CASE WHEN middle.level > 0 THEN evened.level / middle.level - 1 ELSE 0 END AS deviation
        FROM evened
        INNER JOIN (
            SELECT week, percentile_cont(0.5) WITHIN GROUP (ORDER BY level) AS level
            FROM evened
            GROUP BY week
        ) AS middle USING (week)
    ),
    kept AS MATERIALIZED (
        SELECT deviation.*
        FROM deviation
        WHERE abs(deviation.deviation) <= (
            SELECT greatest(5 * 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(every.deviation)), 0.6)
            FROM deviation AS every
        )
        -- As long as weekdays are not known, nothing is: a Sunday would be left out.
        OR deviation.history_days < 7
    ),
    -- 4. The level of each week, and its logarithm, in which a week without any use stands for a hundredth of the mean.
    week AS MATERIALIZED (
        SELECT
            summed.*,
            ln(greatest(summed.level, 0.01 * avg(summed.level) OVER ())) AS log_level,
            lead(summed.week) OVER (ORDER BY summed.week) AS older_week
        FROM (
            SELECT
                kept.week,
                count(*) AS days,
                2 * count(*) FILTER (WHERE kept.amount > 0) > count(*) AS is_used,
                sum(kept.amount) / sum(kept.share) AS level
            FROM kept
            GROUP BY kept.week
            HAVING sum(kept.share) > 0 AND (count(*) >= 3 OR kept.week = 0)
        ) AS summed
        -- Without a week that was used there is nothing to tell, and no logarithm.
        WHERE (SELECT max(recent.amount) FROM recent) > 0
    ),
    -- 5. Noise: how far single days are off their week's level, a variance.
    noise AS MATERIALIZED (
        SELECT
            max(kept.history_days)::integer AS history_days,
            greatest(
                count(*) - (SELECT count(*) FROM week) - CASE WHEN max(kept.history_days) >= 7 THEN 6 ELSE 0 END, 1
            ) AS freedom,
            sum((kept.level / week.level - 1) ^ 2 * kept.share ^ 2) / sum(kept.share ^ 2) * count(*)
            / greatest(
                count(*) - (SELECT count(*) FROM week) - CASE WHEN max(kept.history_days) >= 7 THEN 6 ELSE 0 END, 1
            ) AS noise
        FROM kept
        INNER JOIN week ON kept.week = week.week AND week.level > 0
    ),
    -- 6. A change to the week before that is far greater than usual, and than noise makes it, begins a new level: stretch
    --    0 is the present one.
    step AS (
        SELECT
            newer.week,
            (newer.log_level - older.log_level) / (older.week - newer.week) AS change
        FROM week AS newer
        INNER JOIN week AS older ON newer.older_week = older.week
        -- What is used now and then has no level that could change from week to week.
        WHERE newer.is_used OR older.is_used
    ),
    usual AS (
        SELECT
            middle.change,
            CASE
                WHEN count(*) >= 3
                    THEN greatest(
                        4 * 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(step.change - middle.change)), 0.25,
                        4 * sqrt(2 * noise.noise / 7)
                    )
                ELSE greatest(0.6, 4 * sqrt(2 * noise.noise / 7))
            END AS reach
        FROM step
        CROSS JOIN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY change) AS change FROM step) AS middle
        CROSS JOIN noise
        GROUP BY middle.change, noise.noise
    ),
    stretched AS MATERIALIZED (
        SELECT
            week.*,
            coalesce(
                sum((abs(step.change - usual.change) > usual.reach)::integer) OVER (
                    ORDER BY week.week ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0
            ) AS stretch
        FROM week
        LEFT JOIN step USING (week)
        LEFT JOIN usual ON true
    ),
    -- 7. Wander: how far weeks are off each other beyond noise and a common slope, a variance a week.
    slope AS (
        SELECT
            CASE WHEN count(*) >= 4 THEN regr_slope(stretched.log_level, -stretched.week) ELSE 0 END AS slope,
            CASE WHEN count(*) >= 4 THEN regr_sxx(stretched.log_level, stretched.week) ELSE 1 END AS spread,
            count(*) AS weeks
        FROM stretched
        WHERE stretched.stretch = 0
    ),
    wander AS (
        SELECT
            (
                greatest(
                    coalesce(sum(
                        (newer.log_level - older.log_level - slope.slope * (older.week - newer.week)) ^ 2
                        - noise.noise / newer.days - noise.noise / older.days
                    ), 0), 0
                ) + 0.01
            ) / (coalesce(sum(older.week - newer.week - 1.0 / 3), 0) + 10) AS wander
        FROM stretched AS newer
        INNER JOIN stretched AS older
            ON newer.stretch = older.stretch AND older.week BETWEEN newer.week + 1 AND newer.week + 4
        CROSS JOIN slope
        CROSS JOIN noise
    ),
    -- 8. The trend counts as far as it stands out of noise and wander.
    trend AS (
        SELECT
            CASE
                WHEN slope.slope = 0 THEN 0
                ELSE least(greatest(
                    slope.slope * slope.slope ^ 2 / (
                        slope.slope ^ 2 + noise.noise / 7 / slope.spread + 1.2 * wander.wander / slope.weeks
                    ), -0.05), 0.05)
            END AS growth
        FROM slope
        CROSS JOIN noise
        CROSS JOIN wander
    ),
    -- 9. The present level: the weeks of this stretch, each carried on by the trend and weighing 0.6 of the next newer.
    weighed AS MATERIALIZED (
        SELECT
            stretched.week,
            stretched.days,
            stretched.level * exp(trend.growth * stretched.week) AS level,
            0.6 ^ stretched.week * stretched.days / sum(0.6 ^ stretched.week * stretched.days) OVER () AS weight
        FROM stretched
        CROSS JOIN trend
        WHERE stretched.stretch = 0
    ),
    present AS MATERIALIZED (
        SELECT
            summed.level,
            summed.noise_share,
            summed.wander_share,
            trend.growth,
            noise.noise,
            noise.freedom,
            wander.wander
        FROM (
            SELECT
                sum(one.weight * one.level) AS level,
                sum(one.weight ^ 2 / one.days) AS noise_share,
                -- The sum over pairs of weights times the weeks that both are old.
                sum((one.tail ^ 2) * (one.week - one.newer_week)) AS wander_share
            FROM (
                SELECT
                    weighed.*,
                    sum(weighed.weight) OVER (ORDER BY weighed.week DESC) AS tail,
                    lag(weighed.week, 1, 0) OVER (ORDER BY weighed.week) AS newer_week
                FROM weighed
            ) AS one
        ) AS summed
        CROSS JOIN trend
        CROSS JOIN noise
        CROSS JOIN wander
    ),
    -- 10. Each day of the period: known, or its weekday's share of the level that it had or will have.
    laid AS (
        SELECT
            calendar.usage_date::date AS usage_date,
            known.amount,
            newest.usage_date AS newest_day,
            (calendar.usage_date::date - date '2001-01-01') % 7 AS weekday,
            (newest.usage_date - calendar.usage_date::date) / 7 AS week,
            -- Weeks from the middle of the newest one; of past days none, for their level is known.
            CASE
                WHEN calendar.usage_date::date > newest.usage_date
                    THEN (calendar.usage_date::date - newest.usage_date + 3) / 7.0::double precision
                ELSE 0
            END AS weeks_ahead
        FROM generate_series(period_first::timestamp, period_last::timestamp, interval '1 day') AS calendar (usage_date)
        CROSS JOIN (SELECT max(usage_date) AS usage_date FROM known) AS newest
        LEFT JOIN known ON calendar.usage_date::date = known.usage_date
    ),
    expected AS MATERIALIZED (
        SELECT
            laid.usage_date,
            laid.amount,
            laid.weeks_ahead,
            CASE
                WHEN laid.amount IS NOT NULL THEN 0
                WHEN laid.usage_date > laid.newest_day
                    THEN share.share * present.level
                        * exp(present.growth * 0.8 * (1 - 0.8 ^ laid.weeks_ahead) / (1 - 0.8))
                ELSE share.share * coalesce(week.level, present.level * exp(-present.growth * laid.week))
            END AS expected
        FROM laid
        INNER JOIN share USING (weekday)
        CROSS JOIN (
            SELECT
                -- Nothing was ever used: nothing is expected.
                coalesce(max(present.level), 0) AS level,
                coalesce(max(present.growth), 0) AS growth
            FROM present
        ) AS present
        LEFT JOIN week ON laid.week = week.week AND laid.usage_date <= laid.newest_day
    ),
    -- 11. The variance of what is expected in all, relative to it: noise of its days, and of the level, and wander until
    --     then, which days share as far as they lie in the same distance.
    total AS (
        SELECT
            sum(tailed.amount) AS used,
            sum(tailed.expected) AS expected,
            sum(tailed.expected ^ 2) AS squares,
            sum(tailed.tail ^ 2 * (tailed.weeks_ahead - tailed.weeks_before)) AS wandered,
            min(tailed.usage_date) FILTER (WHERE tailed.running > allowance) AS exhausted_on
        FROM (
            SELECT
                expected.*,
                sum(expected.expected) OVER (ORDER BY expected.usage_date DESC) AS tail,
                lag(expected.weeks_ahead, 1, 0) OVER (ORDER BY expected.usage_date) AS weeks_before,
                sum(coalesce(expected.amount, expected.expected)) OVER (ORDER BY expected.usage_date) AS running
            FROM expected
        ) AS tailed
    ),
    width AS (
        SELECT
            -- Student's quantile of 90 %, nearly, and a tenth for what is only guessed of noise and wander.
            least((1.2816 + 0.1 + 1.0 / present.freedom) * sqrt(
                present.noise * total.squares / nullif(total.expected, 0) ^ 2
                + present.noise * present.noise_share
                + present.wander * present.wander_share
                + present.wander * total.wandered / nullif(total.expected, 0) ^ 2
            ), 3) AS width
        FROM total
        CROSS JOIN present
    )
    SELECT
        coalesce((SELECT count(*) FROM recent), 0)::integer AS history_days,
        (
            SELECT count(*)
            FROM laid
            WHERE laid.amount IS NULL AND laid.usage_date < first_day + coalesce(cardinality(amounts), 0)
        )::integer AS estimated_days,
        CASE WHEN told.is_told THEN (coalesce(total.used, 0) + total.expected)::numeric END AS projected,
        CASE
            WHEN total.expected = 0 AND NOT told.is_open THEN total.used::numeric
            WHEN told.days >= 4 AND total.expected > 0
                -- After a week without use perhaps nothing more comes.
                THEN (
                    coalesce(total.used, 0) + CASE WHEN told.is_silent THEN 0 ELSE total.expected * exp(-width.width) END
                )::numeric
        END AS projected_low,
        CASE
            WHEN total.expected = 0 AND NOT told.is_open THEN total.used::numeric
            WHEN told.days >= 4 AND total.expected > 0
                THEN (coalesce(total.used, 0) + total.expected * exp(width.width))::numeric
        END AS projected_high,
        CASE WHEN told.is_told THEN total.exhausted_on END AS exhausted_on,
        (SELECT present.level::numeric FROM present) AS typical_day,
        (SELECT present.growth::numeric FROM present WHERE present.level IS NOT NULL) AS weekly_growth
    FROM total
    CROSS JOIN (
        SELECT
            (SELECT count(*) FROM recent) AS days,
            EXISTS (SELECT FROM recent) AS is_told,
            (SELECT count(*) FROM recent WHERE week = 0 AND amount = 0) = 7 AS is_silent,
            EXISTS (SELECT FROM laid WHERE laid.amount IS NULL) AS is_open
    ) AS told
    LEFT JOIN width ON true;
END;
COMMENT ON FUNCTION ingest.forecast(date, numeric [], date, date, numeric) IS
    'Total of a period by its days so far: amounts are those of first_day and the days after it, NULL where a day is not known. What it does is said at usage.allowance_forecast; what its columns are, there, too. The numbers in it: thirteen weeks of history, a week weighs 0.6 of the next newer, a day is left out when five times the usual scatter (60 % at least) off its week, a step of four times the usual (25 %, and four times what noise makes, at least) begins a new level, growth is at most 5 % a week and fades by a fifth each.';
