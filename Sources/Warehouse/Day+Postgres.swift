import Postgres
import UsageDomain

extension Day {
    /// The day as a value of the SQL type `date`.
    var sqlDate: PostgresDate {
        PostgresDate(daysSinceUnixEpoch: Int32(daysSinceEpoch))
    }

    init(_ date: PostgresDate) {
        self.init(daysSinceEpoch: Int(date.daysSinceUnixEpoch))
    }
}
