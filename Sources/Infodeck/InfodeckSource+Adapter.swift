import Transport
package import UsageDomain

/// Infodeck as the loader sees it.
extension InfodeckSource: ChannelUsageAdapter {
    /// Lets the requests of the organization go, or holds them back.
    package func give(_ leave: RequestLeave) {
        switch leave {
        case .granted(let end): exchange.gate.open(until: end)
        case .withheld: exchange.gate.close()
        case .refused: exchange.gate.refuse()
        }
    }

    /// The organization that is configured, with what the API tells of it.
    ///
    /// - Throws: `InfodeckError` when the key is refused or cannot be sent; `CancellationError`.
    package func organization() async throws -> Organization {
        let profile = try await organizationProfile()
        return Organization(
            id: profile.id, name: profile.name, timeZone: profile.timeZone, obstacle: profile.obstacle?.reason)
    }
}
