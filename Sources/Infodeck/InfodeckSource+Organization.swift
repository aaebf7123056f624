import FoundationEssentials
import Transport
import UsageDomain

extension InfodeckSource {
    /// Few, because usage waits for it.
    private static let organizationAttempts = 3

    /// The organization's name and time zone (contract, section 7). Personal and billing fields are never decoded.
    ///
    /// The endpoint may be closed where usage is open, so any failure but a refused key is told in the profile.
    /// - Throws: `InfodeckError` when the key is refused or cannot be sent; `CancellationError`.
    package func organizationProfile() async throws -> OrganizationProfile {
        let tally = RequestTally()
        let reply: HTTPReply<[UInt8]>
        do {
            reply = try await send(
                endpoints.organization, step: .organization, attempts: Self.organizationAttempts, tally: tally)
        } catch let error as InfodeckError where error.kind != .unauthenticated {
            return profile("\(error)", mayPass: error.mayPass, tally)
        }
        guard let answer = try? JSONDecoder().decode(WireAnswer.self, from: Data(reply.answer)) else {
            return profile("\(InfodeckError.Step.organization): the answer is not a JSON object", mayPass: true, tally)
        }
        if let id = answer.organization.id, id != endpoints.organizationID {
            let other = id.quotable(limit: 60)
            let step = InfodeckError.Step.organization
            return profile("\(step): the answer is about another one, \"\(other)\"", mayPass: false, tally)
        }
        return OrganizationProfile(
            id: endpoints.organizationID,
            name: answer.organization.companyName ?? "",
            timeZone: answer.organization.timezone ?? "",
            requests: tally.requests
        )
    }

    private func profile(_ reason: String, mayPass: Bool, _ tally: RequestTally) -> OrganizationProfile {
        OrganizationProfile(
            id: endpoints.organizationID,
            name: "",
            timeZone: "",
            obstacle: OrganizationProfile.Obstacle(reason: reason, mayPass: mayPass),
            requests: tally.requests
        )
    }
}

extension InfodeckError {
    fileprivate var mayPass: Bool {
        switch kind {
        case .unavailable, .rateLimited: true
        default: false
        }
    }
}

/// The answer itself, or its member `data`: the contract does not say whether this endpoint wraps its object as the one
/// for usage does.
private struct WireAnswer: Decodable {
    let organization: WireOrganization

    private enum CodingKeys: CodingKey {
        case data
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        organization =
            try (try? container.decode(WireOrganization.self, forKey: .data)) ?? WireOrganization(from: decoder)
    }
}

/// The fields that are wanted; those about persons and billing are not among them, so they are never held.
private struct WireOrganization: Decodable {
    /// Longest text that is taken, in bytes of UTF-8.
    private static let textLimit = 8_192

    let id: String?
    let companyName: String?
    let timezone: String?

    private enum CodingKeys: CodingKey {
        case id, companyName, timezone
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A field of another type, and one that PostgreSQL cannot store, is as good as none.
        func text(_ key: CodingKeys) -> String? {
            guard let text = try? container.decode(String.self, forKey: key), text.utf8.count <= Self.textLimit,
                !text.utf8.contains(0)
            else { return nil }
            return text
        }
        id = text(.id)
        companyName = text(.companyName)
        timezone = text(.timezone)
    }
}
