/// The names of a generated world: ids, awkward client names, endpoint patterns.
struct Vocabulary {
    let organization: World.Organization
    let clients: [World.OAuthClient]
    let templateURIs: [String]
    let httpMethods: [String]
    let users: [String]
    let callingOrganizationIDs: [String]
    let platforms: [String]
    let builtInClients: [World.OAuthClient]

    init(seed: Seed, size: World.Size) {
        organization = World.Organization(id: seed.derived(10).uuid, name: "Example “Org” № \(seed.value)")
        httpMethods = Array(Vocabulary.httpMethods.prefix(max(1, size.httpMethods)))
        let used = (0..<max(1, size.clients)).map { index in
            let names = size.isOrdinary ? Vocabulary.ordinaryNames : Vocabulary.names
            let isSharing = (1..<1 + max(0, size.clientsSharingAName)).contains(index)
            return Vocabulary.client(index, among: names, isSharing: isSharing, seed: seed.derived(11))
        }
        let idle = World.OAuthClient(
            id: seed.derived(12).uuid,
            name: "Never used",
            state: .active,
            grant: .clientCredentials,
            isListed: true
        )
        clients = used + [idle]
        // Twice the combinations that a day needs keep the days sparse.
        let needed = 2 * size.rowsADay / (used.count * httpMethods.count) + 1
        templateURIs = (0..<max(size.templateURIs, needed)).map(Vocabulary.templateURI)
        users = [""] + (0..<max(0, size.users)).map { seed.derived(13).derived($0).uuid }
        callingOrganizationIDs =
            [organization.id] + (0..<max(0, size.callingOrganizations)).map { seed.derived(14).derived($0).uuid }
        platforms = (0..<max(1, size.platforms)).map { index in
            index < Vocabulary.platforms.count ? Vocabulary.platforms[index] : "platform\(index)"
        }
        builtInClients = ["purecloud-builtin", "purecloud"].enumerated().map { index, name in
            let id = seed.derived(15).derived(index).uuid
            return World.OAuthClient(id: id, name: name, state: .active, grant: .token, isListed: false)
        }
    }

    private static func client(
        _ index: Int,
        among names: [String],
        isSharing: Bool,
        seed: Seed
    ) -> World.OAuthClient {
        // The first is the simulator's own credential, so it is active, listed and of the right grant.
        World.OAuthClient(
            id: seed.derived(index).uuid,
            name: isSharing ? "Shared Name" : index < names.count ? names[index] : "Integration \(index)",
            state: index % 8 == 3 ? .disabled : .active,
            grant: [.clientCredentials, .code, .token][index % 3],
            isListed: index % 8 != 5
        )
    }

    private static func templateURI(_ index: Int) -> String {
        guard index >= patterns.count else { return patterns[index] }
        return "api/v2/area\(index % 97)/{area\(index % 97)Id}/resource\(index)/{resourceId}"
    }

    /// Names that break careless quoting, escaping, trimming, COPY and collation.
    private static let names = [
        "usaged",
        "Billing Sync",
        "Billing Sync",
        #"Nightly "Export""#,
        #"C:\temp\sync\"#,
        "tab\there",
        "two\nlines",
        "carriage\r\nreturn",
        "🧑‍🚀 Launch 🚀 Control",
        "تزامن الفواتير",
        "\u{202E}reversed\u{202C}",
        #"\N"#,
        #"\."#,
        "",
        "  leading and trailing  ",
        "'; DROP TABLE usage; --",
        "NULL",
        "null",
        "Café",
        "Cafe\u{301}",
        "$1 %s {0} \\u0041",
        String(repeating: "long ", count: 400),
        "bell\u{7} escape\u{1B} delete\u{7F}",
        "line\u{2028}separator",
    ]

    private static let httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

    private static let platforms = ["api", "web", "mobile", "desktop", "integrations"]

    private static let ordinaryNames = [
        "usaged", "Billing Sync", "Nightly Export", "Wallboard", "CRM Connector", "Workforce Bridge",
        "Data Lake Loader",
        "Chatbot", "Call Recorder", "Admin Scripts", "Quality Dashboard", "Outbound Dialer",
    ]

    private static let patterns = [
        "api/v2/users/{userId}",
        "api/v2/users",
        "api/v2/users/me",
        "api/v2/routing/queues",
        "api/v2/routing/queues/{queueId}",
        "api/v2/routing/queues/{queueId}/members",
        "api/v2/analytics/conversations/details/query",
        "api/v2/analytics/conversations/aggregates/query",
        "api/v2/analytics/users/details/query",
        "api/v2/analytics/conversations/{conversationId}/details",
        "api/v2/conversations",
        "api/v2/conversations/{conversationId}",
        "api/v2/conversations/{conversationID}",
        "api/v2/conversations/calls/{conversationId}/participants/{participantId}",
        "api/v2/conversations/messages/{conversationId}",
        "api/v2/notifications/channels",
        "api/v2/notifications/channels/{channelId}/subscriptions",
        "api/v2/authorization/permissions",
        "api/v2/authorization/roles/{roleId}",
        "api/v2/authorization/divisions",
        "api/v2/oauth/clients",
        "api/v2/oauth/clients/{clientId}",
        "api/v2/usage/query",
        "api/v2/usage/query/{executionId}/results",
        "api/v2/organizations/me",
        "api/v2/outbound/campaigns",
        "api/v2/outbound/campaigns/{campaignId}",
        "api/v2/outbound/contactlists/{contactListId}/contacts",
        "api/v2/flows",
        "api/v2/flows/datatables/{datatableId}/rows/{rowId}",
        "api/v2/architect/prompts/{promptId}/resources/{languageCode}",
        "api/v2/recording/jobs/{jobId}",
        "api/v2/quality/evaluations/query",
        "api/v2/presencedefinitions",
        "api/v2/telephony/providers/edges/{edgeId}",
        "api/v2/scim/v2/users",
        "api/v2/externalcontacts/contacts/{contactId}",
        "api/v2/workforcemanagement/managementunits/{managementUnitId}/agentschedules/search",
        "api/v2/integrations/actions/{actionId}/execute",
        "api/v2/processautomation/triggers/{triggerId}",
    ]
}
