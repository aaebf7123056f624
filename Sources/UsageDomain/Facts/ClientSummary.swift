/// The answer to a client summary: the usage of one OAuth client in the last days, counted from the moment of asking.
package struct ClientSummary: Sendable {
    /// One row as answered. Whether rows have a date is not known beforehand (contract, section 10).
    package struct Row: Hashable, Sendable {
        /// Nil when the row counts all the days together.
        package var day: Day?
        package var callingOrganizationID: String
        package var userID: String
        package var templateURI: String
        package var httpMethod: String
        package var counts: UsageCounts

        package init(
            day: Day?,
            callingOrganizationID: String = "",
            userID: String = "",
            templateURI: String = "",
            httpMethod: String = "",
            counts: UsageCounts
        ) {
            self.day = day
            self.callingOrganizationID = callingOrganizationID
            self.userID = userID
            self.templateURI = templateURI
            self.httpMethod = httpMethod
            self.counts = counts
        }
    }

    /// How many days back were asked for.
    package let days: Int
    /// No two rows agree in all but their counters.
    package let rows: [Row]

    package init(days: Int, rows: [Row]) {
        self.days = days
        self.rows = rows
    }
}
