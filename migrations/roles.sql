-- The three roles of the warehouse. Roles belong to the cluster, not to the database, so this is a script to run
-- again and again rather than a migration: it creates what is missing and changes nothing that is there.
--
-- Run it as a role that may create roles, connected to the warehouse's database:
--     psql -d usage -f roles.sql
-- `usaged migrate` runs it by itself when a role is missing and its login may create roles.
--
-- Afterwards make the logins members:
--     GRANT usage_owner  TO administrator;   -- runs `usaged migrate`
--     GRANT usage_writer TO usaged;          -- the daemon
--     GRANT usage_reader TO analyst;         -- optional/analyst.sql does so, and sets what members do not inherit

DO $$
DECLARE
    role_name text;
BEGIN
    -- Two sessions may run this at once; the lock makes the second see what the first created.
    PERFORM pg_advisory_xact_lock(hashtextextended('usaged roles', 0));
    FOREACH role_name IN ARRAY ARRAY['usage_owner', 'usage_writer', 'usage_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                -- Another database of this cluster created it a moment ago: advisory locks do not reach there.
                NULL;
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO usage_owner', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO usage_writer', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO usage_reader', current_database());
END
$$;
