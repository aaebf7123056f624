/// Decides from files and ledger alone what is to be applied. Pure: whoever calls it reads and writes.
package enum MigrationPlanner {
    /// The steps that are pending.
    ///
    /// - Throws: ``MigrationError/refused(_:)`` with every contradiction between files and ledger.
    package static func plan(files: [HashedMigration], ledger: [LedgerEntry]) throws -> MigrationPlan {
        let refusals = refusals(files: files, ledger: ledger)
        guard refusals.isEmpty else { throw MigrationError.refused(refusals) }
        let entries = Dictionary(uniqueKeysWithValues: ledger.map { ($0.file, $0) })
        let steps = files.compactMap { migration -> MigrationPlan.Step? in
            let entry = entries[migration.file.name]
            guard isPending(migration, entry) else { return nil }
            return .init(
                file: migration.file, checksum: migration.checksum, wasInterrupted: entry?.state == .started)
        }
        return MigrationPlan(steps: steps)
    }

    /// What is to be said of every file and of every row of the ledger, files first.
    package static func status(files: [HashedMigration], ledger: [LedgerEntry]) -> [MigrationStatus] {
        let refusals = refusals(files: files, ledger: ledger)
        let entries = Dictionary(uniqueKeysWithValues: ledger.map { ($0.file, $0) })
        let known = Set(files.map(\.file.name))
        let ofFiles = files.map { migration in
            MigrationStatus(
                name: migration.file.name,
                state: state(of: migration, entries[migration.file.name], refusals))
        }
        let ofRows = ledger.filter { !known.contains($0.file) }.map { entry in
            MigrationStatus(name: entry.file, state: refusals.contains(.missing(entry.file)) ? .missing : .unknown)
        }
        return ofFiles + ofRows
    }

    // MARK: - Rules

    private static func isPending(_ migration: HashedMigration, _ entry: LedgerEntry?) -> Bool {
        guard let entry, entry.state != .started else { return true }
        return migration.file.kind == .repeatable && entry.checksum != migration.checksum
    }

    private static func state(
        of migration: HashedMigration, _ entry: LedgerEntry?, _ refusals: [MigrationRefusal]
    ) -> MigrationStatus.State {
        guard let entry else {
            let isOutOfOrder = refusals.contains { refusal in
                if case .outOfOrder(migration.file.name, _) = refusal { true } else { false }
            }
            return isOutOfOrder ? .outOfOrder : .pending
        }
        if entry.state == .started { return .interrupted }
        if entry.checksum != migration.checksum { return .changed }
        return entry.state == .baselined ? .baselined : .applied
    }

    private static func refusals(files: [HashedMigration], ledger: [LedgerEntry]) -> [MigrationRefusal] {
        let names = Set(files.map(\.file.name))
        let newestFile = files.compactMap(\.file.number).max() ?? 0
        // A repeatable file that is no longer there left what it made; whoever removed it dropped that in a numbered
        // one.
        let applied = ledger.compactMap { entry in number(of: entry).map { (entry: entry, number: $0) } }
            .sorted { $0.number < $1.number }
        let entries = Dictionary(uniqueKeysWithValues: applied.map { ($0.entry.file, $0.entry) })

        var refusals: [MigrationRefusal] = []
        for (entry, number) in applied where !names.contains(entry.file) {
            refusals.append(number > newestFile ? .newer(entry.file) : .missing(entry.file))
        }
        for migration in files {
            guard let number = migration.file.number else { continue }
            if let entry = entries[migration.file.name] {
                // What was begun without transaction and failed may be mended in place: it was never applied.
                if entry.state != .started, entry.checksum != migration.checksum {
                    refusals.append(.changed(entry.file))
                }
            } else if let last = applied.last, number <= last.number {
                refusals.append(.outOfOrder(migration.file.name, lastApplied: last.entry.file))
            }
        }
        return refusals
    }

    private static func number(of entry: LedgerEntry) -> Int? {
        if case .numbered(let number) = MigrationFile.Kind(fileName: entry.file) { number } else { nil }
    }
}
