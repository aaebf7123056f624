import FoundationEssentials

/// Token, organization, OAuth clients and limits (contract, sections 4 to 6).
extension Exchange {
    func tokenAnswer(_ state: inout Simulator.State) -> Answer {
        guard request.bodyText.split(separator: "&").contains("grant_type=client_credentials") else {
            return tokenRefusal(400, error: "unsupported_grant_type", description: "grant type not supported")
        }
        guard let (clientID, secret) = basicCredentials() else {
            return tokenRefusal(401, error: "invalid_client", description: "authentication failed")
        }
        guard let credential = credentials.first(where: { $0.clientID == clientID }) else {
            return tokenRefusal(400, error: "invalid_client", description: "client not found")
        }
        let isDisabled = state.world.clients.contains { $0.id == clientID && $0.state == .disabled }
        guard credential.clientSecret == secret, !isDisabled else {
            return tokenRefusal(401, error: "invalid_client", description: "authentication failed")
        }
        if let seconds = state.tokens.wait(of: credential, state.script, now: now) {
            return refusal(.tooManyRequests(retryAfter: seconds))
        }
        let text = "sim-S3cr3t-" + state.uuid()
        let lifetime = state.script.tokenLifetime
        state.tokens.issue(to: credential, text: text, lifetime: lifetime, now: now)
        let issued = IssuedToken(
            access_token: text,
            token_type: "bearer",
            expires_in: max(0, lifetime.components.seconds - 1)
        )
        return Answer(status: 200, body: .whole(JSONText.encode(issued)))
    }

    func organizationAnswer(_ world: World) -> Answer {
        let organization = OrganizationEntity(
            id: world.organization.id,
            name: world.organization.name,
            defaultLanguage: "en-us",
            defaultCountryCode: "US",
            thirdPartyOrgName: "exampleorg",
            thirdPartyURI: "",
            domain: "exampleorg",
            version: 12,
            state: "active",
            features: ["purecloud": true],
            productPlatform: "PureCloud",
            selfUri: "/api/v2/organizations/me"
        )
        return Answer(status: 200, body: .whole(JSONText.encode(organization)))
    }

    func clientsAnswer(_ state: Simulator.State) throws(APIError) -> Answer {
        let listed = state.world.clients.filter(\.isListed)
        if let id = route.id {
            guard let client = listed.first(where: { $0.id == id }) else { throw .notFound }
            return Answer(status: 200, body: .whole(JSONText.encode(OAuthClientEntity(client, state.script))))
        }
        let size = max(1, state.script.clientsPageSize ?? listed.count)
        let pages = max(1, (listed.count + size - 1) / size)
        let page =
            request.query.split(separator: "&").first { $0.hasPrefix("pageNumber=") }
            .flatMap { Int($0.dropFirst(11)) } ?? 1
        guard (1...pages).contains(page) else { throw .malformed("There is no page \(page).") }
        let entities = listed.dropFirst((page - 1) * size).prefix(size)
        let listing = Listing(
            entities: entities.map { OAuthClientEntity($0, state.script) },
            pageSize: size,
            pageNumber: page,
            total: listed.count,
            pageCount: pages,
            nextUri: page < pages ? "/api/v2/oauth/clients?pageNumber=\(page + 1)" : nil,
            selfUri: "/api/v2/oauth/clients"
        )
        return Answer(status: 200, body: .whole(JSONText.encode(listing)))
    }

    /// The per-minute limits follow the script, so that what is announced is what is enforced. Namespace `usage` exists but
    /// its keys are not known (contract, section 5).
    func limitsAnswer(_ script: Script) throws(APIError) -> Answer {
        let limits: [(String, Int)]
        switch route.id {
        case "platform.api":
            limits = [
                ("client.credentials.token.rate.per.minute", script.requestsAMinute),
                ("token.rate.per.minute", script.requestsAMinute),
                ("org.app.user.rate.per.minute", 3_000),
                ("request.bytes.max", Simulator.largestRequest),
            ]
        case "usage", "auth.api": limits = []
        default: throw .notFound
        }
        let entities = limits.map { Limit(key: $0, namespace: route.id ?? "", value: $1) }
        return Answer(status: 200, body: .whole(JSONText.encode(LimitListing(entities: entities))))
    }

    private func basicCredentials() -> (id: String, secret: String)? {
        guard let header = request.authorization, header.lowercased().hasPrefix("basic "),
            let bytes = Data(base64Encoded: String(header.dropFirst(6))),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return (
            String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: bytes[(colon + 1)...], as: UTF8.self)
        )
    }

    private func tokenRefusal(_ status: Int, error: String, description: String) -> Answer {
        let refusal = TokenRefusal(error: error, description: description, error_description: description)
        return Answer(status: status, body: .whole(JSONText.encode(refusal)))
    }
}

// MARK: Wire types

private struct IssuedToken: Encodable {
    let access_token, token_type: String
    let expires_in: Int64
}

private struct TokenRefusal: Encodable {
    let error, description, error_description: String
}

private struct OrganizationEntity: Encodable {
    let id, name, defaultLanguage, defaultCountryCode, thirdPartyOrgName, thirdPartyURI, domain: String
    let version: Int
    let state: String
    let features: [String: Bool]
    let productPlatform, selfUri: String
}

private struct Listing<Entity: Encodable>: Encodable {
    let entities: [Entity]
    let pageSize, pageNumber, total, pageCount: Int
    let nextUri: String?
    let selfUri: String
}

/// Has no pages and no address, unlike every other listing.
private struct LimitListing: Encodable {
    let entities: [Limit]
}

private struct Limit: Encodable {
    let key, namespace: String
    let value: Int
}

private struct OAuthClientEntity: Encodable {
    let id, name: String
    let accessTokenValiditySeconds: Int64
    let dateCreated, dateModified, authorizedGrantType, state, selfUri: String
    /// The schema has it, so a reader must be seen not to store it.
    let secret: String
    let roleDivisions: [RoleDivision]

    init(_ client: World.OAuthClient, _ script: Script) {
        id = client.id
        name = client.name
        accessTokenValiditySeconds = script.tokenLifetime.components.seconds
        dateCreated = "2023-02-01T09:12:33.000Z"
        dateModified = "2024-11-05T08:00:00.000Z"
        authorizedGrantType = client.grant.rawValue
        state = client.state.rawValue
        selfUri = "/api/v2/oauth/clients/\(client.id)"
        secret = "listed-secret-of-\(client.id)"
        roleDivisions = [RoleDivision(roleId: client.id, divisionId: "*")]
    }

    struct RoleDivision: Encodable {
        let roleId, divisionId: String
    }
}
