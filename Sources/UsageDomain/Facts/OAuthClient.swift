package import FoundationEssentials

/// A registered credential of an organization whose calls are counted, as the listing shows it. Its secret is never
/// decoded.
package struct OAuthClient: Hashable, Sendable {
    package let id: String
    package let name: String
    /// `active`, `disabled` or `inactive` (contract, section 6); `""` when the listing does not say.
    package let state: String
    /// `CLIENT-CREDENTIALS`, `CODE`, …; `""` when the listing does not say, as it did not before February 2026.
    package let authorizedGrantType: String
    package let createdAt: Date?

    package init(id: String, name: String, state: String, authorizedGrantType: String, createdAt: Date?) {
        self.id = id
        self.name = name
        self.state = state
        self.authorizedGrantType = authorizedGrantType
        self.createdAt = createdAt
    }
}
