import Glibc
import Logging
import Migrations
import Postgres
import TestSupport
import Testing

/// What tests do to the database of the test, with migrations given as file names and texts.
struct MigrationBench {
    let database: TestDatabase
    let connection: PostgresConnection

    init() async throws {
        database = try TestDatabase.current
        connection = try await database.connect()
    }

    func migrator(
        _ files: KeyValuePairs<String, String>, limits: MigrationLimits = MigrationLimits(), logger: Logger = .silent
    ) throws -> Migrator {
        Migrator(source: try source(files), role: nil, limits: limits, logger: logger)
    }

    /// - Returns: The names of the files that were applied.
    @discardableResult
    func apply(_ files: KeyValuePairs<String, String>) async throws -> [String] {
        try await migrator(files).apply(to: database.configuration).steps.map(\.file.name)
    }

    func execute(_ sql: SQL) async throws {
        try await connection.run(timeout: .seconds(120)) { _ = try $0.execute(sql) }
    }

    /// The only value of the only row.
    func value<T: PostgresDecodable & Sendable>(_ sql: SQL, as type: T.Type = T.self) async throws -> T {
        let value = try await connection.run(timeout: .seconds(120)) { try $0.query(sql).first?.decode(T.self) }
        return try #require(value)
    }

    /// "file state" of each row of the ledger.
    func ledger() async throws -> [String] {
        try await connection.run(timeout: .seconds(120)) { connection in
            try connection.query("SELECT file || ' ' || state FROM ingest.migration ORDER BY file")
                .map { try $0.decode(String.self) }
        }
    }
}

func source(_ files: KeyValuePairs<String, String>) throws -> MigrationSource {
    try MigrationSource(contents: files.map { ($0.key, Array($0.value.utf8)) })
}

/// Writes the files into a folder that is there for the length of `body`.
func withFolder<R>(
    _ files: KeyValuePairs<String, String>, _ body: (String) async throws -> R
) async throws -> R {
    var template = Array("/tmp/usaged-migrations.XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
        for file in files { unlink("\(folder)/\(file.key)") }
        rmdir(folder)
    }
    for (name, text) in files {
        let file = try #require(fopen("\(folder)/\(name)", "we"))
        fputs(text, file)
        fclose(file)
    }
    return try await body(folder)
}
