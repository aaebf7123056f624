package import FoundationEssentials
package import Timekeeping
package import Warehouse

/// What a pass needs to know beside its sources and its warehouse.
package struct PassSettings: Sendable {
    /// How many of the newest days are read again once a day.
    package var lookbackDays: Int
    /// How many of the newest days are read again now and then.
    package var widePassDays: Int
    /// Folder for the rows of answers that do not fit into memory.
    package var spoolDirectory: String
    /// Windows of one source that are worked on at once to begin with.
    package var windowsAtOnce: Int
    /// Windows of one source that are worked on at once to begin with unless said otherwise.
    package static let standardWindowsAtOnce = 3
    /// Windows of one source that are worked on at once when many are needed to use the budget.
    package var mostWindowsAtOnce = 32
    /// How long what failed as a whole is left alone: from one tick of the schedule to a day.
    package var backOffTimes: BackOffTimes
    /// Version of usaged, for the run's row.
    package var version: String
    /// Where time comes from.
    package let timekeeper: Timekeeper
    package var patience: DatabasePatience
    /// How closely locks of sources are watched.
    package var holds = HoldPolicy()
    /// Makes sure that others see in the database for which sources this process is configured, before anything is
    /// registered.
    package var announce: @Sendable () async throws -> Void = {}
    /// For how long a scheduled pass takes windows of backfill, so that new days come before the rest; nil: to the end.
    package var turn: Duration?

    package init(
        lookbackDays: Int,
        widePassDays: Int,
        spoolDirectory: String,
        windowsAtOnce: Int = standardWindowsAtOnce,
        tick: Duration = .seconds(3_600),
        version: String,
        timekeeper: Timekeeper = Timekeeper(),
        patience: DatabasePatience = DatabasePatience()
    ) {
        self.lookbackDays = lookbackDays
        self.widePassDays = widePassDays
        self.spoolDirectory = spoolDirectory
        self.windowsAtOnce = windowsAtOnce
        backOffTimes = BackOffTimes(first: tick, longest: .seconds(86_400))
        self.version = version
        self.timekeeper = timekeeper
        self.patience = patience
    }

    /// The current time, asked at each call.
    package var now: @Sendable () -> Date {
        { [timekeeper] in timekeeper.date }
    }
}
