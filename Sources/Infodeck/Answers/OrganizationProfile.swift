/// What is known of the organization. Usage never depends on it.
package struct OrganizationProfile: Equatable, Sendable {
    /// As configured, whatever the answer said.
    package let id: String
    /// `companyName`; `""` when not stated.
    package let name: String
    /// `timezone`, an IANA name in the vendor's example, unchecked; `""` when not stated.
    package let timeZone: String
    /// Why name and zone are empty although they were asked for; nil when the answer was taken.
    package let obstacle: String?
    /// HTTP requests sent.
    package let requests: Int

    package init(id: String, name: String, timeZone: String, obstacle: String? = nil, requests: Int) {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.obstacle = obstacle
        self.requests = requests
    }
}
