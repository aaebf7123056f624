-- Sums of the facts a day and client, and a day and endpoint: what questions over months read instead of the facts.
-- The loader keeps them in the transaction that replaces a window; ingest.rollup_difference shows where they differ.
--
-- Partitioned by year: a year of the largest organizations has some hundred thousand lines, as many as a month of facts.
-- No foreign keys, for the reasons that the facts have none.

CREATE TABLE ingest.client_day (
    requests bigint NOT NULL,
    status_200 bigint NOT NULL,
    status_300 bigint NOT NULL,
    status_400 bigint NOT NULL,
    status_429 bigint NOT NULL,
    status_500 bigint NOT NULL,
    rows bigint NOT NULL,
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    usage_date date NOT NULL,
    client_key integer NOT NULL,
    CONSTRAINT client_day_pkey PRIMARY KEY (organization_key, dataset, usage_date, client_key)
) PARTITION BY RANGE (usage_date);
COMMENT ON TABLE ingest.client_day IS
    'Sums of ingest.usage_row a dataset, day and OAuth client: a line for each that has facts. Kept with the facts, in one transaction.';
COMMENT ON COLUMN ingest.client_day.requests IS 'Sum of the facts'' requests.';
COMMENT ON COLUMN ingest.client_day.status_200 IS 'Sum of the facts'' status_200.';
COMMENT ON COLUMN ingest.client_day.status_300 IS 'Sum of the facts'' status_300.';
COMMENT ON COLUMN ingest.client_day.status_400 IS 'Sum of the facts'' status_400.';
COMMENT ON COLUMN ingest.client_day.status_429 IS 'Sum of the facts'' status_429; part of status_400 in the older API family.';
COMMENT ON COLUMN ingest.client_day.status_500 IS 'Sum of the facts'' status_500.';
COMMENT ON COLUMN ingest.client_day.rows IS 'How many facts are summed; never zero once a transaction has ended.';
COMMENT ON COLUMN ingest.client_day.organization_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.client_day.dataset IS 'As in ingest.usage_row. Sums of two datasets are never added.';
COMMENT ON COLUMN ingest.client_day.usage_date IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.client_day.client_key IS 'As in ingest.usage_row.';

CREATE TABLE ingest.endpoint_day (
    requests bigint NOT NULL,
    status_200 bigint NOT NULL,
    status_300 bigint NOT NULL,
    status_400 bigint NOT NULL,
    status_429 bigint NOT NULL,
    status_500 bigint NOT NULL,
    rows bigint NOT NULL,
    organization_key integer NOT NULL,
    dataset ingest.dataset NOT NULL,
    usage_date date NOT NULL,
    endpoint_key integer NOT NULL,
    CONSTRAINT endpoint_day_pkey PRIMARY KEY (organization_key, dataset, usage_date, endpoint_key)
) PARTITION BY RANGE (usage_date);
COMMENT ON TABLE ingest.endpoint_day IS
    'Sums of ingest.usage_row a dataset, day and endpoint: a line for each that has facts. Kept with the facts, in one transaction.';
COMMENT ON COLUMN ingest.endpoint_day.requests IS 'Sum of the facts'' requests.';
COMMENT ON COLUMN ingest.endpoint_day.status_200 IS 'Sum of the facts'' status_200.';
COMMENT ON COLUMN ingest.endpoint_day.status_300 IS 'Sum of the facts'' status_300.';
COMMENT ON COLUMN ingest.endpoint_day.status_400 IS 'Sum of the facts'' status_400.';
COMMENT ON COLUMN ingest.endpoint_day.status_429 IS
    'Sum of the facts'' status_429; part of status_400 in the older API family.';
COMMENT ON COLUMN ingest.endpoint_day.status_500 IS 'Sum of the facts'' status_500.';
COMMENT ON COLUMN ingest.endpoint_day.rows IS 'How many facts are summed; never zero once a transaction has ended.';
COMMENT ON COLUMN ingest.endpoint_day.organization_key IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.endpoint_day.dataset IS 'As in ingest.usage_row. Sums of two datasets are never added.';
COMMENT ON COLUMN ingest.endpoint_day.usage_date IS 'As in ingest.usage_row.';
COMMENT ON COLUMN ingest.endpoint_day.endpoint_key IS 'As in ingest.usage_row.';

-- A fact stored between the sums and the end of this migration would be missing from them.
LOCK TABLE ingest.usage_row IN SHARE ROW EXCLUSIVE MODE;

-- The years that have partitions of facts; later ones come from ingest.ensure_partition.
DO $$
DECLARE
    year integer;
    parent text;
BEGIN
    FOR year IN
        SELECT DISTINCT substring(child.relname FROM '^usage_row_(\d{4})\d\d$')::integer
        FROM pg_catalog.pg_inherits AS heir
        INNER JOIN pg_catalog.pg_class AS child ON child.oid = heir.inhrelid
        WHERE heir.inhparent = 'ingest.usage_row'::regclass
        ORDER BY 1
    LOOP
        FOREACH parent IN ARRAY ARRAY['client_day', 'endpoint_day'] LOOP
            EXECUTE format('CREATE TABLE ingest.%I PARTITION OF ingest.%I FOR VALUES FROM (%L) TO (%L)',
                format('%s_%s', parent, year), parent, make_date(year, 1, 1), make_date(year + 1, 1, 1));
            EXECUTE format('COMMENT ON TABLE ingest.%I IS %L', format('%s_%s', parent, year),
                format('Partition of ingest.%s: usage days from %s-01-01 to %s-12-31.', parent, year, year));
        END LOOP;
    END LOOP;
END
$$;

INSERT INTO ingest.client_day (
    requests, status_200, status_300, status_400, status_429, status_500, rows,
    organization_key, dataset, usage_date, client_key
)
SELECT sum(requests), sum(status_200), sum(status_300), sum(status_400), sum(status_429), sum(status_500), count(*),
    organization_key, dataset, usage_date, client_key
FROM ingest.usage_row
GROUP BY organization_key, dataset, usage_date, client_key
ORDER BY organization_key, dataset, usage_date, client_key;

INSERT INTO ingest.endpoint_day (
    requests, status_200, status_300, status_400, status_429, status_500, rows,
    organization_key, dataset, usage_date, endpoint_key
)
SELECT sum(requests), sum(status_200), sum(status_300), sum(status_400), sum(status_429), sum(status_500), count(*),
    organization_key, dataset, usage_date, endpoint_key
FROM ingest.usage_row
GROUP BY organization_key, dataset, usage_date, endpoint_key
ORDER BY organization_key, dataset, usage_date, endpoint_key;
