/// The settings of a source of kind `infodeck`.
package struct InfodeckSource: Sendable, Equatable {
    /// The base of every API call, without a trailing slash.
    package let apiURL: String
    /// The vendor's id of the organization; opaque.
    package let organizationID: String
    /// Where the organization's API key is.
    package let apiKey: SecretReference
    /// The IANA name of the zone whose days are counted; nil leaves it to what the API says.
    ///
    /// Only its shape is checked here: PostgreSQL, which computes the local days, knows the names.
    package let timeZone: String?

    package init(
        apiURL: String = Self.standardAPIURL,
        organizationID: String,
        apiKey: SecretReference,
        timeZone: String? = nil
    ) {
        self.apiURL = apiURL
        self.organizationID = organizationID
        self.apiKey = apiKey
        self.timeZone = timeZone
    }

    /// The address of a file that leaves out `api-url`.
    package static let standardAPIURL = "https://app.infodeck.io/api"

    /// Every dataset this vendor can be asked for.
    static let datasets = ["channel_usage"]
}
