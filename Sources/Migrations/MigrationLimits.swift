/// How long the steps of a migration may wait.
package struct MigrationLimits: Sendable {
    /// For another process that migrates the same database.
    package var migrationLock: Duration
    /// For one lock on a table, before the file is rolled back and tried again.
    package var tableLock: Duration
    /// From the first try of a file, for all its tries that end without a lock.
    package var lockRetries: Duration
    /// For one file.
    package var file: Duration

    package init(
        migrationLock: Duration = .seconds(300),
        tableLock: Duration = .seconds(2),
        lockRetries: Duration = .seconds(120),
        file: Duration = .seconds(3600)
    ) {
        self.migrationLock = migrationLock
        self.tableLock = tableLock
        self.lockRetries = lockRetries
        self.file = file
    }

    /// As the server's setting `lock_timeout` wants it.
    var lockTimeoutSetting: String { "\(max(1, Int(tableLock / .milliseconds(1))))ms" }
}
