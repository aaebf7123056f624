package import UsageDomain

/// What the configuration says of one source, as far as the database keeps it. No secrets.
package struct SourceRegistration: Sendable {
    /// One dataset that the source is asked.
    package struct DatasetRegistration: Sendable {
        package let dataset: Dataset
        /// First day that is owed.
        package let startDate: Day
        package let settleAfter: Duration
        /// Whether rows are also grouped by user.
        package let byUser: Bool

        package init(dataset: Dataset, startDate: Day, settleAfter: Duration, byUser: Bool) {
            self.dataset = dataset
            self.startDate = startDate
            self.settleAfter = settleAfter
            self.byUser = byUser
        }
    }

    package let name: String
    /// `genesys` or `infodeck`.
    package let kind: String
    /// The OAuth client that the source logs in with; empty where the vendor has none.
    package let clientID: String
    package let datasets: [DatasetRegistration]
    /// The dataset that the canonical views read.
    package let primary: Dataset

    package init(name: String, kind: String, clientID: String = "", datasets: [DatasetRegistration], primary: Dataset) {
        self.name = name
        self.kind = kind
        self.clientID = clientID
        self.datasets = datasets
        self.primary = primary
    }
}
