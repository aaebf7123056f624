import Logging
import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// The namespaces whose limits concern the reading of usage (contract, section 5).
    private static var limitNamespaces: [String] { ["platform.api", "usage"] }

    /// The limits of the API and of its usage endpoints, as they hold for the organization now.
    ///
    /// A namespace that the API does not know or does not show is left out, and so is an entry without key or value.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func limits() async throws -> [APILimit] {
        var limits: [APILimit] = []
        for namespace in Self.limitNamespaces {
            do {
                limits += try await self.limits(of: namespace)
            } catch let error as GenesysCloudError {
                guard case .exchange(let failure) = error.reason, failure.status == 403 || failure.status == 404 else {
                    throw error
                }
                logger.debug("Limits not shown", metadata: ["namespace": "\(namespace)", "reason": "\(error)"])
            }
        }
        return limits
    }

    /// The keys of `platform.api` that limit the requests of our token in a minute (contract, section 5).
    private static var allowanceKeys: Set<String> {
        ["client.credentials.token.rate.per.minute", "token.rate.per.minute"]
    }

    /// Requests a minute that stated limits allow: the lowest of those that are about a token; nil when none is.
    static func allowance(in limits: [APILimit]) -> Int? {
        limits.filter { $0.namespace == "platform.api" && allowanceKeys.contains($0.key) && $0.value > 0 }
            .map { Int(min($0.value, 1_000_000_000)) }
            .min()
    }

    private func limits(of namespace: String) async throws -> [APILimit] {
        let step = GenesysCloudError.Step.limits(namespace: namespace)
        let tally = RequestTally()
        let path = "/api/v2/organizations/limits/namespaces/\(namespace)"
        let request = HTTPRequest.get(endpoints.url(path), answerLimit: 1 << 20)
        let reply = try await send(request, step: step, tally: tally) { _ in WholeBody() }
        let answer = try decode(WireLimits.self, from: reply, step: step, tally: tally)
        var keys: Set<String> = []
        return (answer.entities ?? []).compactMap { entity in
            guard let key = entity.key, let value = entity.value, WireLimit.isUsable(key), keys.insert(key).inserted
            else { return nil }
            return APILimit(namespace: namespace, key: key, value: value)
        }
    }
}

private struct WireLimits: Decodable {
    let entities: [WireLimit]?
}

/// An entry of whatever shape: one that is no limit must not hide the others.
private struct WireLimit: Decodable {
    let key: String?
    let value: Int64?

    enum CodingKeys: String, CodingKey {
        case key, value
    }

    init(from decoder: any Decoder) throws {
        let container = try? decoder.container(keyedBy: CodingKeys.self)
        key = try? container?.decodeIfPresent(String.self, forKey: .key)
        value = try? container?.decodeIfPresent(Int64.self, forKey: .value)
    }

    static func isUsable(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= 256 && !key.utf8.contains(0)
    }
}
