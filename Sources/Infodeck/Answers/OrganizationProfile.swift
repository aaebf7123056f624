/// What is known of the organization. Usage never depends on it.
package struct OrganizationProfile: Equatable, Sendable {
    /// What keeps the organization from being read.
    package struct Obstacle: Equatable, Sendable {
        package let reason: String
        /// Whether it may be gone soon. Then a zone that nobody knows yet is better waited for than guessed, since days
        /// cut in the wrong zone have to be read again.
        package let mayPass: Bool
    }

    /// As configured, whatever the answer said.
    package let id: String
    /// `companyName`; `""` when not stated.
    package let name: String
    /// `timezone`, an IANA name in the vendor's example, unchecked; `""` when not stated.
    package let timeZone: String
    /// Why name and zone are empty although they were asked for; nil when the answer was taken.
    package let obstacle: Obstacle?
    /// HTTP requests sent.
    package let requests: Int

    package init(id: String, name: String, timeZone: String, obstacle: Obstacle? = nil, requests: Int) {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.obstacle = obstacle
        self.requests = requests
    }
}
