/// When days are read, and read again.
package struct Schedule: Sendable, Equatable {
    /// How often to look for due windows.
    package let every: Duration
    /// How many days behind the newest one are read again, once a day; 0 reads none again.
    package let lookbackDays: Int
    /// A day is provisional until it was fetched later than its end plus this.
    package let settleAfter: Duration
    /// How many of the newest days are read again now and then, to find late changes outside the lookback.
    package let widePassDays: Int

    /// The defaults are those of a file that leaves out `schedule`.
    package init(
        every: Duration = .seconds(3600),
        lookbackDays: Int = 7,
        settleAfter: Duration = .seconds(48 * 3600),
        widePassDays: Int = 35
    ) {
        self.every = every
        self.lookbackDays = lookbackDays
        self.settleAfter = settleAfter
        self.widePassDays = widePassDays
    }
}
