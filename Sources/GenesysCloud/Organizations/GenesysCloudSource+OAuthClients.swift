import FoundationEssentials
import Logging
import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// The OAuth clients of the organization (contract, section 6), without their secrets.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func oauthClients() async throws -> [OAuthClient] {
        try await oauthClientListing().clients
    }

    /// The OAuth clients of the organization, and what the listing left unclear.
    ///
    /// The listing has had one page so far; a link to another page is followed on the configured host only.
    /// - Throws: `GenesysCloudError`, also when the links lead in a circle; `CancellationError`.
    package func oauthClientListing() async throws -> OAuthClientListing {
        let step = GenesysCloudError.Step.oauthClients
        let tally = RequestTally()
        var listing = OAuthClientListing()
        var ids: Set<String> = []
        var visited: Set<String> = []
        var next: String? = endpoints.url("/api/v2/oauth/clients")
        while let url = next {
            visited.insert(url)
            let reply = try await send(.get(url, answerLimit: 64 << 20), step: step, tally: tally) { _ in WholeBody() }
            func wrong(_ problem: String) -> GenesysCloudError {
                wrongAnswer(problem, in: reply.head, step: step, tally: tally)
            }
            let page = try decode(WirePage.self, from: reply, step: step, tally: tally)
            for (index, entity) in page.entities.enumerated() {
                guard let client = entity.client, ids.insert(client.id).inserted else {
                    listing.ignoredEntries += 1
                    continue
                }
                guard ![client.id, client.name, client.state, client.authorizedGrantType].contains(where: \.hasZero)
                else { throw wrong("entities.\(index) has a character U+0000") }
                listing.clients.append(client)
            }
            next = nil
            if let link = page.nextUri, !link.isEmpty {
                guard let following = endpoints.url(following: link) else {
                    throw wrong("nextUri leads to another host: \(link.quotable(limit: 100))")
                }
                guard !visited.contains(following) else { throw wrong("nextUri leads in a circle") }
                next = following
            }
        }
        if listing.ignoredEntries > 0 {
            logger.debug("OAuth clients ignored", metadata: ["entries": "\(listing.ignoredEntries)"])
        }
        listing.requests = tally.requests
        return listing
    }
}

extension String {
    fileprivate var hasZero: Bool {
        utf8.contains(0)
    }
}

private struct WirePage: Decodable {
    let entities: [WireOAuthClient]
    let nextUri: String?
}

/// The fields that are wanted; `secret` is not among them, so it is never held.
private struct WireOAuthClient: Decodable {
    let id: String?
    let name: String?
    let state: String?
    let authorizedGrantType: String?
    let dateCreated: String?

    /// Nil without an id.
    var client: OAuthClient? {
        guard let id, !id.isEmpty else { return nil }
        return OAuthClient(
            id: id,
            name: name ?? "",
            state: state ?? "",
            authorizedGrantType: authorizedGrantType ?? "",
            createdAt: dateCreated.flatMap(Self.instant)
        )
    }

    private static func instant(_ text: String) -> Date? {
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? Date(text, strategy: withFraction)) ?? (try? Date(text, strategy: .iso8601))
    }
}
