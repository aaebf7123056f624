-- What analysts read of channel usage. Applied again whenever this text changes: columns are only added at the end.
--
-- Days are local days of the organization, and no view adds channels: the vendor does not say what a unit is.

CREATE OR REPLACE VIEW usage.channel_usage_daily AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    fact.usage_date,
    fact.time_zone,
    fact.channel,
    fact.units,
    fact.first_loaded_at,
    fact.last_changed_at
FROM ingest.channel_usage_row AS fact
LEFT JOIN ingest.organization AS organization ON fact.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON fact.organization_key = claim.organization_key AND claim.dataset = 'channel_usage'
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key;
COMMENT ON VIEW usage.channel_usage_daily IS
    'Units by local day and channel. Never add channels: the vendor does not say what one unit of each is.';
COMMENT ON COLUMN usage.channel_usage_daily.source IS 'Configured account that the row came through.';
COMMENT ON COLUMN usage.channel_usage_daily.organization_id IS 'Organization, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_usage_daily.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_usage_daily.usage_date IS 'Day in time_zone, from midnight to midnight there.';
COMMENT ON COLUMN usage.channel_usage_daily.time_zone IS 'Zone in which the day was cut.';
COMMENT ON COLUMN usage.channel_usage_daily.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_usage_daily.units IS 'Units as reported, of this channel alone.';
COMMENT ON COLUMN usage.channel_usage_daily.first_loaded_at IS 'When the row was first stored.';
COMMENT ON COLUMN usage.channel_usage_daily.last_changed_at IS 'When its units or its zone last changed; first_loaded_at if never.';

CREATE OR REPLACE VIEW usage.channel_restatement AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    change.usage_date,
    change.channel,
    change.old_units,
    change.new_units,
    change.old_time_zone,
    change.new_time_zone,
    change.first_loaded_at,
    change.changed_at,
    change.run_id,
    change.restatement_id,
    change.old_fetched_at
FROM ingest.channel_restatement AS change
LEFT JOIN ingest.organization AS organization ON change.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON change.organization_key = claim.organization_key AND claim.dataset = 'channel_usage'
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key;
COMMENT ON VIEW usage.channel_restatement IS
    'Every change of the units of a local day that was stored before, or of the zone in which it is cut.';
COMMENT ON COLUMN usage.channel_restatement.source IS 'Configured account that the change came through.';
COMMENT ON COLUMN usage.channel_restatement.organization_id IS 'Organization, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_restatement.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_restatement.usage_date IS 'Local day whose units changed.';
COMMENT ON COLUMN usage.channel_restatement.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_restatement.old_units IS 'Units before.';
COMMENT ON COLUMN usage.channel_restatement.new_units IS 'Units after.';
COMMENT ON COLUMN usage.channel_restatement.old_time_zone IS 'Zone in which the day was cut before.';
COMMENT ON COLUMN usage.channel_restatement.new_time_zone IS 'Zone in which it is cut since.';
COMMENT ON COLUMN usage.channel_restatement.first_loaded_at IS 'When the row was first stored.';
COMMENT ON COLUMN usage.channel_restatement.changed_at IS 'When the change was stored.';
COMMENT ON COLUMN usage.channel_restatement.run_id IS 'Run that stored the change.';
COMMENT ON COLUMN usage.channel_restatement.restatement_id IS 'Order of the changes: the greater came later.';
COMMENT ON COLUMN usage.channel_restatement.old_fetched_at IS
    'When the answer before the change had been asked for: the vendor changed the units between then and changed_at. NULL when not known.';

CREATE OR REPLACE VIEW usage.channel_month AS
SELECT
    source.name AS source,
    organization.organization_id,
    organization.name AS organization_name,
    month.first_day,
    month.channel,
    month.stated_units,
    month.summed_units,
    month.stated_units - month.summed_units AS difference,
    month.time_zone,
    month.checked_at,
    month.run_id
FROM ingest.channel_month AS month
LEFT JOIN ingest.organization AS organization ON month.organization_key = organization.organization_key
LEFT JOIN ingest.claim AS claim
    ON month.organization_key = claim.organization_key AND claim.dataset = 'channel_usage'
LEFT JOIN ingest.source AS source ON claim.source_key = source.source_key;
COMMENT ON VIEW usage.channel_month IS
    'Closed months that were asked for once as a whole, beside the sum of their stored days at that moment: one line a month and channel. A difference of 0 says that they were compared and are equal. Never add channels.';
COMMENT ON COLUMN usage.channel_month.source IS 'Configured account through which the month was asked for.';
COMMENT ON COLUMN usage.channel_month.organization_id IS 'Organization, the vendor''s identifier.';
COMMENT ON COLUMN usage.channel_month.organization_name IS 'Its current name.';
COMMENT ON COLUMN usage.channel_month.first_day IS 'First day of the month.';
COMMENT ON COLUMN usage.channel_month.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN usage.channel_month.stated_units IS 'What the vendor answered for the whole month.';
COMMENT ON COLUMN usage.channel_month.summed_units IS 'Sum of the stored days when the month was asked for.';
COMMENT ON COLUMN usage.channel_month.difference IS
    'stated_units minus summed_units: 0 when the days add up to the month, positive when days lack units.';
COMMENT ON COLUMN usage.channel_month.time_zone IS 'Zone in which the month was cut.';
COMMENT ON COLUMN usage.channel_month.checked_at IS 'When the month was asked for.';
COMMENT ON COLUMN usage.channel_month.run_id IS 'Run that asked.';
