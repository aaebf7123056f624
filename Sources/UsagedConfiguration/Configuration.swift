package import UsageDomain

/// Everything the operator decides, read from one YAML file and known to be possible.
///
/// A value of this type exists only when the whole file was accepted: see ``ConfigurationLoader``.
package struct Configuration: Sendable, Equatable {
    /// Where the warehouse is: a libpq connection string or URI without a password in it.
    package let database: String
    /// Whether the daemon brings the schema up to date when it starts.
    package let migrate: MigrationPolicy
    /// When days are read, and read again.
    package let schedule: Schedule
    /// Where health and metrics are served; nil when `listen` is the empty string.
    package let listen: ListenAddress?
    /// Where large answers wait on disk, and how large one may grow.
    package let spool: Spool
    /// What `usaged prune` drops.
    package let retention: RetentionPolicy
    /// The sources in the order of the file: at least one, each name once.
    package let sources: [SourceConfiguration]

    package init(
        database: String,
        migrate: MigrationPolicy = .never,
        schedule: Schedule = Schedule(),
        listen: ListenAddress? = .standard,
        spool: Spool = Spool(),
        retention: RetentionPolicy = RetentionPolicy(),
        sources: [SourceConfiguration]
    ) {
        self.database = database
        self.migrate = migrate
        self.schedule = schedule
        self.listen = listen
        self.spool = spool
        self.retention = retention
        self.sources = sources
    }
}

/// What the daemon does at start about migrations that the database lacks.
package enum MigrationPolicy: String, Sendable, CaseIterable {
    /// It refuses to run and names `usaged migrate`.
    case never
    /// It applies them, if its role may.
    case auto
}
