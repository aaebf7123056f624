import UsageDomain
package import Warehouse

/// A source as the configuration describes it, together with the adapter that speaks to its vendor.
package struct ConfiguredSource: Sendable {
    package let registration: SourceRegistration
    package let adapter: VendorAdapter

    package init(registration: SourceRegistration, adapter: VendorAdapter) {
        self.registration = registration
        self.adapter = adapter
    }

    package var name: String { registration.name }
}
