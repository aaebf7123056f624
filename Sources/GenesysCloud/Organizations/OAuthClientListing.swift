package import UsageDomain

/// The OAuth clients of an organization, as listed.
package struct OAuthClientListing: Sendable {
    /// In the order listed, each id once: the first entry wins.
    package var clients: [OAuthClient] = []
    /// Entries without an id, or with one listed before.
    package var ignoredEntries = 0
    /// HTTP requests sent.
    package var requests = 0
}
