package import FoundationEssentials

/// What a pass needs to know beside its sources and its warehouse.
package struct PassSettings: Sendable {
    /// How many of the newest days are read again once a day.
    package var lookbackDays: Int
    /// How many of the newest days are read again now and then.
    package var widePassDays: Int
    /// Folder for the rows of answers that do not fit into memory.
    package var spoolDirectory: String
    /// Windows of one source that are worked on at once.
    package var windowsAtOnce: Int
    /// Windows of one source that are worked on at once unless said otherwise.
    package static let standardWindowsAtOnce = 3
    /// Version of usaged, for the run's row.
    package var version: String
    /// The current time.
    package var now: @Sendable () -> Date
    package var patience: DatabasePatience

    package init(
        lookbackDays: Int,
        widePassDays: Int,
        spoolDirectory: String,
        windowsAtOnce: Int = standardWindowsAtOnce,
        version: String,
        now: @escaping @Sendable () -> Date = { Date() },
        patience: DatabasePatience = DatabasePatience()
    ) {
        self.lookbackDays = lookbackDays
        self.widePassDays = widePassDays
        self.spoolDirectory = spoolDirectory
        self.windowsAtOnce = windowsAtOnce
        self.version = version
        self.now = now
        self.patience = patience
    }
}
