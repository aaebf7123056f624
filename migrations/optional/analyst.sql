-- Lets a login read the warehouse, with the settings that readers should begin with:
--     CREATE ROLE ana LOGIN;
--     psql -d usage -v analyst=ana -f analyst.sql
--
-- As a role that may alter the login and grant usage_reader. It may run again. Settings belong to the login, since members
-- of a role do not inherit them, and in this database alone. They are where a session begins, not what it is held to:
-- who must not be able to change them needs a server of their own, a replica for example.
--
-- Every role may make temporary tables in a new database (PUBLIC has that right), so an analyst who leaves read-only
-- transactions may, too. Where nobody else of this database needs it, take it away as the database's owner; roles.sql has
-- granted it to those of usaged who do:
--     REVOKE TEMPORARY ON DATABASE usage FROM PUBLIC;

GRANT usage_reader TO :"analyst";
ALTER ROLE :"analyst" IN DATABASE :"DBNAME" SET default_transaction_read_only = on;
ALTER ROLE :"analyst" IN DATABASE :"DBNAME" SET statement_timeout = '60s';
-- What is left open keeps the space of all that changes meanwhile, and holds up `usaged prune`.
ALTER ROLE :"analyst" IN DATABASE :"DBNAME" SET idle_in_transaction_session_timeout = '10min';
-- Plans over every month's partition compile longer than they run.
ALTER ROLE :"analyst" IN DATABASE :"DBNAME" SET jit = off;
ALTER ROLE :"analyst" IN DATABASE :"DBNAME" SET search_path = usage;
