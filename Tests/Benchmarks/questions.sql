-- The questions that are measured, each with its organization and month. An entry is a comment of one line, its name,
-- and one statement; entries are parted by an empty line. The first is the floor that the others are compared with: what
-- it costs to read the month's facts.

-- floor: facts of a month
SELECT sum(requests) FROM ingest.usage_row
WHERE organization_key = 1 AND dataset = 'organization_query' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- sums a client of a month
SELECT client_key, sum(requests) FROM ingest.client_day
WHERE organization_key = 1 AND dataset = 'organization_query' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30'
GROUP BY client_key;

-- sums an endpoint of three years
SELECT endpoint_key, sum(requests) FROM ingest.endpoint_day
WHERE organization_key = 1 AND dataset = 'organization_query'
GROUP BY endpoint_key;

-- api_usage: requests a client of a month
SELECT client_id, client_name, sum(requests) FROM usage.api_usage
WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30'
GROUP BY client_id, client_name;

-- api_usage_daily: 429s an endpoint of a week
SELECT template_uri, http_method, sum(status_429) FROM usage.api_usage_daily
WHERE organization_id = 'o-1' AND dataset = 'organization_query' AND usage_date BETWEEN '2025-11-03' AND '2025-11-09'
GROUP BY template_uri, http_method;

-- restatement: what changed in a month
SELECT client_id, sum(new_requests - old_requests) FROM usage.restatement
WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30'
GROUP BY client_id;

-- coverage: days of a month
SELECT usage_date, state, rows FROM usage.coverage
WHERE source = 'acme' AND dataset = 'organization_query' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- freshness
SELECT * FROM usage.freshness;

-- reconciliation: a month
SELECT * FROM usage.reconciliation
WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- usage_by_month: a month
SELECT * FROM usage.usage_by_month WHERE organization_id = 'o-1' AND month = '2025-11-01';

-- usage_by_month: three years
SELECT * FROM usage.usage_by_month WHERE organization_id = 'o-1';

-- usage_by_day: a month
SELECT * FROM usage.usage_by_day WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- client_by_month: a month
SELECT * FROM usage.client_by_month WHERE organization_id = 'o-1' AND month = '2025-11-01';

-- client_by_day: a month
SELECT * FROM usage.client_by_day WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- client_activity
SELECT * FROM usage.client_activity WHERE organization_id = 'o-1';

-- endpoint_by_month: a month
SELECT * FROM usage.endpoint_by_month WHERE organization_id = 'o-1' AND month = '2025-11-01';

-- client_endpoint_by_month: a client's month
SELECT * FROM usage.client_endpoint_by_month
WHERE organization_id = 'o-1' AND month = '2025-11-01' AND client_name = 'Client 3';

-- throttled_client: since when
SELECT * FROM usage.throttled_client WHERE organization_id = 'o-1';

-- throttled_endpoint: since when
SELECT * FROM usage.throttled_endpoint WHERE organization_id = 'o-1';

-- own_footprint: a month
SELECT * FROM usage.own_footprint WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- coverage_calendar: a month
SELECT * FROM usage.coverage_calendar WHERE organization_id = 'o-1' AND month = '2025-11-01';

-- restatement_by_month: a month
SELECT * FROM usage.restatement_by_month WHERE organization_id = 'o-1' AND month = '2025-11-01';

-- lateness: a month
SELECT * FROM usage.lateness WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- billing_period: a month
SELECT * FROM usage.billing_period WHERE organization_id = 'o-1' AND first_day = '2025-11-01';

-- allowance_forecast: today
SELECT * FROM usage.allowance_forecast WHERE organization_id = 'o-1';

-- anomaly: a day
SELECT * FROM usage.anomaly WHERE organization_id = 'o-1' AND usage_date = '2025-11-04';

-- anomaly: a month
SELECT * FROM usage.anomaly WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30';

-- api_usage_version: a month as known at its end
SELECT client_id, sum(requests) FROM usage.api_usage_version
WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-11-01' AND '2025-11-30'
    AND known_from <= '2025-12-01' AND known_until > '2025-12-01'
GROUP BY client_id;
