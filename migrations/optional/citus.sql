-- Spreads the warehouse over the nodes of a Citus cluster: facts, journal and sums by organization, dimensions on every
-- node. Optional, for databases of many organizations; one organization's days stay on one node.
--
-- Run it once, after `usaged migrate`, in a database that has the extension, as a member of usage_owner:
--     psql -d usage -1 -v ON_ERROR_STOP=1 -f citus.sql
--
-- What is known of it: on Citus 12.1 with PostgreSQL 15, a coordinator and two workers, the loader's statements were tried
-- on tables of this shape, as were COPY, ON CONFLICT, a new partition by LIKE and ATTACH, and coverage as a plain table in
-- the transaction that changes distributed ones. This script as a whole has not been run on a cluster, nor have the
-- statements that keep the sums and the views that join sums to coverage: try it on a copy first.
--
-- A test reads this file: it names every table of schema ingest once, so that a new one cannot be forgotten.

SET ROLE usage_owner;

-- Citus 11.3 and later convert no two tables with identity columns that a foreign key binds (its issue 7036). The keys come
-- back below, between tables that are on every node.
ALTER TABLE ingest.oauth_client DROP CONSTRAINT oauth_client_organization_fkey;
ALTER TABLE ingest.oauth_client_history DROP CONSTRAINT oauth_client_history_client_fkey;
ALTER TABLE ingest.source DROP CONSTRAINT source_organization_fkey;
ALTER TABLE ingest.claim DROP CONSTRAINT claim_organization_fkey;
ALTER TABLE ingest.claim DROP CONSTRAINT claim_source_fkey;
ALTER TABLE ingest.source_dataset DROP CONSTRAINT source_dataset_source_fkey;
ALTER TABLE ingest.source_client DROP CONSTRAINT source_client_source_fkey;
ALTER TABLE ingest.back_off DROP CONSTRAINT back_off_source_fkey;
ALTER TABLE ingest.request_day DROP CONSTRAINT request_day_source_fkey;

-- 1. On every node: dimensions, and what the views join to facts besides.
SELECT create_reference_table('ingest.organization');
SELECT create_reference_table('ingest.oauth_client');
SELECT create_reference_table('ingest.oauth_client_history');
SELECT create_reference_table('ingest.endpoint');
SELECT create_reference_table('ingest.usage_user');
SELECT create_reference_table('ingest.calling_organization');
SELECT create_reference_table('ingest.source');
SELECT create_reference_table('ingest.claim');
SELECT create_reference_table('ingest.request_allowance');
SELECT create_reference_table('ingest.channel_allowance');
SELECT create_reference_table('ingest.billing_terms');

-- 2. By organization: what grows with usage. Later partitions follow their table.
SELECT create_distributed_table('ingest.usage_row', 'organization_key');
SELECT create_distributed_table('ingest.restatement', 'organization_key', colocate_with => 'ingest.usage_row');
SELECT create_distributed_table('ingest.client_day', 'organization_key', colocate_with => 'ingest.usage_row');
SELECT create_distributed_table('ingest.endpoint_day', 'organization_key', colocate_with => 'ingest.usage_row');

-- 3. On the coordinator: ledgers of the loader, and facts of few rows.
-- local: ingest.migration
-- local: ingest.source_dataset
-- local: ingest.source_client
-- local: ingest.back_off
-- local: ingest.run
-- local: ingest.execution
-- local: ingest.coverage
-- local: ingest.request_day
-- local: ingest.retention
-- local: ingest.limit_snapshot
-- local: ingest.client_summary_row
-- local: ingest.channel_usage_row
-- local: ingest.channel_restatement
-- local: ingest.channel_month

ALTER TABLE ingest.oauth_client
ADD CONSTRAINT oauth_client_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization;
ALTER TABLE ingest.oauth_client_history
ADD CONSTRAINT oauth_client_history_client_fkey FOREIGN KEY (client_key) REFERENCES ingest.oauth_client;
ALTER TABLE ingest.source
ADD CONSTRAINT source_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization;
ALTER TABLE ingest.claim
ADD CONSTRAINT claim_organization_fkey FOREIGN KEY (organization_key) REFERENCES ingest.organization;
ALTER TABLE ingest.claim ADD CONSTRAINT claim_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source;
ALTER TABLE ingest.source_dataset
ADD CONSTRAINT source_dataset_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source;
ALTER TABLE ingest.source_client
ADD CONSTRAINT source_client_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source;
ALTER TABLE ingest.back_off ADD CONSTRAINT back_off_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source;
ALTER TABLE ingest.request_day
ADD CONSTRAINT request_day_source_fkey FOREIGN KEY (source_key) REFERENCES ingest.source;

RESET ROLE;
