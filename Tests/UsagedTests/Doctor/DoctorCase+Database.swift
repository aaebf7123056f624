import Daemon
import EphemeralPostgres
import Foundation
import Postgres
import TestSupport
import UsageSimulator

extension DoctorCase {
    static let ofDatabase: [DoctorCase] = [
        DoctorCase("no server", "database", "start PostgreSQL", status: 69) {
            try $0.edit($0.usaged.conninfo, "host=\($0.usaged.folder) dbname=usage")
        },
        DoctorCase("no such database", "database", "createdb", status: 78) {
            try $0.edit("dbname=\($0.usaged.database.name)", "dbname=nowhere")
        },
        DoctorCase("no such service", "database", "key database", status: 78) {
            try $0.edit($0.usaged.conninfo, "service=nowhere")
        },
        DoctorCase("a login that is not let in", "database", "pg_hba.conf", status: 77) {
            try $0.edit("user=postgres", "user=nobody_of_that_name")
        },
        DoctorCase("a login with no connection left", "database", "too many connections", status: 69) {
            _ = try await $0.useLogin("IN ROLE usage_writer CONNECTION LIMIT 0")
        },
        DoctorCase("a database that takes no writes", "database", "target_session_attrs", status: 69) {
            let login = try await $0.useLogin("IN ROLE usage_writer")
            try await $0.execute("ALTER ROLE \(identifier: login) SET default_transaction_read_only = on")
        },
        DoctorCase("another host without verify-full", as: .warning, "database.network", "verify-full", status: 0) {
            let proxy = try $0.usaged.database.faultProxy()
            $0.keep(proxy)
            let conninfo = proxy.conninfo(database: $0.usaged.database.name)
            try $0.edit(
                $0.usaged.conninfo, conninfo.replacing("host=127.0.0.1", with: "host=db.example.com hostaddr=127.0.0.1")
            )
        },
        DoctorCase(
            "a pooler in transaction mode", "database.sessions", "a pool in session mode", status: 78, isRun: false
        ) {
            let pooler = try Pooler(.transaction, to: .unixSocket($0.usaged.database.cluster.socketPath))
            $0.keep(pooler)
            try $0.edit($0.usaged.conninfo, pooler.conninfo(database: $0.usaged.database.name))
        },
        DoctorCase("a superuser as login", as: .warning, "database.login", "usage_writer", status: 0) { _ in },
        DoctorCase(
            "fewer connections than usaged takes", as: .warning, "database.connections", "CONNECTION LIMIT", status: 0
        ) {
            _ = try await $0.useLogin("IN ROLE usage_writer CONNECTION LIMIT 7")
        },
        DoctorCase("a login without the role", "database.rights", "GRANT usage_writer TO", status: 77) {
            _ = try await $0.useLogin("")
        },
        DoctorCase("one right that was taken away", "database.rights", "usaged migrate", status: 77) {
            _ = try await $0.useLogin("IN ROLE usage_writer")
            try await $0.execute("REVOKE INSERT ON ingest.claim FROM usage_writer")
        },
        DoctorCase("a database without any schema", "schema", "usaged migrate", status: 78) {
            try await $0.execute("DROP SCHEMA usage CASCADE")
            try await $0.execute("DROP SCHEMA ingest CASCADE")
        },
        DoctorCase("a schema that is behind", "schema", "usaged migrate", status: 78) {
            try await $0.execute("DELETE FROM ingest.migration WHERE file = 'R_3_grants.sql'")
        },
        DoctorCase("a schema that is behind, and migrate: auto", as: .warning, "schema", "migrate: auto", status: 0) {
            try await $0.execute("DELETE FROM ingest.migration WHERE file = 'R_3_grants.sql'")
            try $0.edit("listen:", "migrate: auto\nlisten:")
        },
        DoctorCase("migrate: auto for a login that may not", "schema", "member of usage_owner", status: 77) {
            try await $0.execute("DELETE FROM ingest.migration WHERE file = 'R_3_grants.sql'")
            try $0.edit("listen:", "migrate: auto\nlisten:")
            _ = try await $0.useLogin("IN ROLE usage_writer")
        },
        DoctorCase("a schema that is ahead", "schema", "install the version", status: 78) {
            try await $0.execute(
                """
                INSERT INTO ingest.migration (file, checksum, state, finished_at)
                VALUES ('9999_future.sql', '', 'done', clock_timestamp())
                """)
        },
        DoctorCase("a migration that was changed", "schema", "migrate --status", status: 78) {
            try await $0.execute("UPDATE ingest.migration SET checksum = '' WHERE file = '0001_dimensions.sql'")
        },
        DoctorCase(
            "two sources on one dataset, as the configuration alone tells", "configuration", "", status: 78,
            isRun: false
        ) {
            try $0.addSecondAccount(as: .withEverything)
        },
        DoctorCase("two sources on one dataset, as only the vendor tells", "claim", "one of the two", status: 78) {
            try $0.addSecondAccount(as: .withOlderPermission)
        },
        DoctorCase(
            "two sources on one dataset, of which another process has one", "claim", "one of the two", status: 78
        ) {
            try $0.edit("- name: acme", "- name: former")
            _ = try await $0.run()
            try $0.edit("- name: former", "- name: acme")
            try await $0.claimPresence(of: "former")
        },
        DoctorCase("a source that is another organization now", "claim", "a new source name", status: 78) {
            _ = try await $0.run()
            try await $0.execute("UPDATE ingest.organization SET organization_id = 'another'")
        },
        DoctorCase("a dataset that a source had which is configured no more", as: .ok, "claim", "", status: 0) {
            try $0.edit("- name: acme", "- name: former")
            _ = try await $0.run()
            try $0.edit("- name: former", "- name: acme")
        },
        DoctorCase("a source that rests", "vendor.silence", "nothing is sent before", status: 75) {
            _ = try await $0.run()
            try await $0.execute("UPDATE ingest.source SET resting_until = clock_timestamp() + interval '2 hours'")
        },
    ]
}
