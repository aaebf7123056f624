import FoundationEssentials
import Timekeeping
import Transport

/// The client credentials grant (contract, section 4).
struct TokenRequest: Sendable {
    /// The shortest life an OAuth client can be given, assumed when the answer does not tell.
    private static let shortestLifetime = 300

    let endpoints: Endpoints
    let credentials: Credentials
    let exchange: HTTPExchange
    let timekeeper: Timekeeper

    /// Fetches a new token.
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    func send(tally: RequestTally) async throws -> AccessToken {
        let pair = "\(credentials.clientID):\(credentials.clientSecret.reveal())"
        let encoded = Data(pair.utf8).base64EncodedString()
        var request = HTTPRequest.post(
            endpoints.login + "/oauth/token",
            body: Array("grant_type=client_credentials".utf8),
            contentType: "application/x-www-form-urlencoded",
            repetition: .harmless,
            answerLimit: 1 << 20
        )
        request.endpoint = GenesysCloudError.Step.token.endpoint
        request.authorization = Secret("Basic \(encoded)")
        request.masked = [credentials.clientSecret, Secret(encoded)]
        let requested = timekeeper.now
        do {
            let reply = try await exchange.send(request, tally: tally) { _ in WholeBody() }
            return try token(reply, requested: requested, tally: tally)
        } catch let failure as TransportError {
            throw Self.refusal(failure, requests: tally.requests)
        }
    }

    private func token(
        _ reply: HTTPReply<[UInt8]>,
        requested: Duration,
        tally: RequestTally
    ) throws -> AccessToken {
        func wrong(_ problem: String) -> GenesysCloudError {
            GenesysCloudError(
                .wrongAnswer(problem), step: .token, requests: tally.requests, correlationID: reply.head.correlationID)
        }
        let answer: WireToken
        do {
            answer = try WireDecoder.decode(WireToken.self, from: reply.answer)
        } catch {
            throw wrong(error.problem)
        }
        guard let text = answer.access_token, !text.isEmpty else { throw wrong("access_token is missing") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw wrong("access_token has characters that no header can carry")
        }
        let lifetime = answer.expires_in ?? Self.shortestLifetime
        guard lifetime > 0 else { throw wrong("expires_in is not positive") }
        return AccessToken(
            value: Secret(text), requested: requested, lifetime: .seconds(min(lifetime, 366 * 86_400)))
    }

    private static func refusal(_ failure: TransportError, requests: Int) -> GenesysCloudError {
        let codes = ["invalid_client", "unauthorized_client", "invalid_grant", "bad.credentials"]
        let isRefused =
            switch failure.status {
            case 401, 403: true
            case 400: failure.errorBody?.code.map { codes.contains($0) } ?? false
            default: false
            }
        return GenesysCloudError(
            isRefused ? .unauthenticated(failure) : .exchange(failure),
            step: .token,
            requests: requests,
            correlationID: failure.correlationID
        )
    }
}

/// Answer of the token endpoint.
private struct WireToken: Decodable {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let access_token: String?
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let expires_in: Int?
}
