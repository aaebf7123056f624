/// One counted fact as the API stated it. Parts of the identity that were not asked for are `""`, never nil.
package struct UsageRow: Hashable, Sendable {
    package var identity: RowIdentity
    /// Display name of the OAuth client at the time of the answer; not part of the identity, `""` when unknown.
    package var clientName: String
    package var counts: UsageCounts

    package init(identity: RowIdentity, clientName: String, counts: UsageCounts) {
        self.identity = identity
        self.clientName = clientName
        self.counts = counts
    }
}

/// The columns that make two rows of one organization and dataset the same.
package struct RowIdentity: Hashable, Sendable {
    package var day: Day
    /// The OAuth client whose requests are counted.
    package var clientID: String
    /// The name that stands for the OAuth client where the answer states no id, as simple searches do; `""` elsewhere.
    package var statedClientName: String
    /// The organization that a per-client row speaks of; `""` when not asked.
    package var callingOrganizationID: String
    package var userID: String
    /// The endpoint's pattern without a leading slash, `api/v2/users/{userId}`, exactly as the API sends it.
    package var templateURI: String
    package var httpMethod: String
    /// `""` in the older API family, which does not know platforms.
    package var platform: String

    package init(
        day: Day,
        clientID: String = "",
        statedClientName: String = "",
        callingOrganizationID: String = "",
        userID: String = "",
        templateURI: String = "",
        httpMethod: String = "",
        platform: String = ""
    ) {
        self.day = day
        self.clientID = clientID
        self.statedClientName = statedClientName
        self.callingOrganizationID = callingOrganizationID
        self.userID = userID
        self.templateURI = templateURI
        self.httpMethod = httpMethod
        self.platform = platform
    }
}

extension RowIdentity: CustomStringConvertible {
    /// The parts that are not empty, for errors: `2025-01-01, client 7de3…, GET api/v2/users`.
    package var description: String {
        var parts = [day.description]
        if !clientID.isEmpty { parts.append("client \(clientID)") }
        if !statedClientName.isEmpty { parts.append("client named \(statedClientName)") }
        if !callingOrganizationID.isEmpty { parts.append("calling organization \(callingOrganizationID)") }
        if !userID.isEmpty { parts.append("user \(userID)") }
        let endpoint = [httpMethod, templateURI].filter { !$0.isEmpty }.joined(separator: " ")
        if !endpoint.isEmpty { parts.append(endpoint) }
        if !platform.isEmpty { parts.append("platform \(platform)") }
        return parts.joined(separator: ", ")
    }
}
