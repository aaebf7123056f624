import UsageDomain
package import Warehouse

/// A source as the configuration describes it, together with the adapter that speaks to its vendor.
package struct ConfiguredSource: Sendable {
    /// The OAuth clients for which the per-client datasets are asked.
    package enum AskedClients: Sendable {
        /// Every client that the organization lists.
        case listed
        /// The clients of these ids.
        case these([String])
    }

    package let registration: SourceRegistration
    package let adapter: VendorAdapter
    package let clients: AskedClients
    /// The zone that the configuration names; nil leaves it to the vendor.
    package let timeZone: String?
    /// What was sent to its vendor and is not written down yet.
    package let sent: SentRequests

    package init(
        registration: SourceRegistration,
        adapter: VendorAdapter,
        clients: AskedClients = .listed,
        timeZone: String? = nil,
        sent: SentRequests = SentRequests()
    ) {
        self.registration = registration
        self.adapter = adapter
        self.clients = clients
        self.timeZone = timeZone
        self.sent = sent
    }

    package var name: String { registration.name }
}
