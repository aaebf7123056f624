import InMemoryLogging
import Logging
import Synchronization
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct AccessTests {
    @Test func `many tasks at once fetch one token`() async throws {
        try await Account.run { account in
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 { group.addTask { try await account.source.organization().id } }
                for try await id in group { #expect(id == account.simulator.world.organization.id) }
            }
            #expect(account.simulator.ledger.count(of: .token) == 1)
            #expect(account.simulator.ledger.count(of: .organization) == 20)
        }
    }

    @Test(arguments: [(lifetime: 3_600, due: 3_299), (lifetime: 201, due: 100)])
    func `a token is renewed five minutes before its end, or half way of a short life`(
        lifetime: Int, due: Int
    ) async throws {
        var script = Script()
        script.tokenLifetime = .seconds(lifetime)
        try await Account.run(script: script) { account in
            _ = try await account.source.organization()
            account.clock.advance(by: .seconds(due - 3))
            _ = try await account.source.organization()
            #expect(account.simulator.ledger.count(of: .token) == 1)
            account.clock.advance(by: .seconds(3))
            _ = try await account.source.organization()
            #expect(account.simulator.ledger.count(of: .token) == 2)
            #expect(!account.simulator.ledger.entries.contains { $0.status == 401 })
        }
    }

    @Test func `a token that the API refuses is replaced once`() async throws {
        try await Account.run { account in
            _ = try await account.source.organization()
            account.simulator.expireTokens()
            _ = try await account.source.organization()
            let statuses = account.simulator.ledger.entries.map { $0.status }
            #expect(statuses == [200, 200, 401, 200, 200])
        }
    }

    @Test func `when the new token is refused too, that is all`() async throws {
        try await Account.run(script: Script(faults: [Fault(.organization, .always, .status(401))])) { account in
            let failure = try #require(try await account.failure { _ = try await $0.organization() })
            // The login accepts the credentials, so they are not at fault.
            #expect(failure.kind == .unavailable)
            #expect(failure.requests == 4)
            #expect(account.simulator.ledger.count(of: .token) == 2)
            #expect(failure.correlationID != nil)
            // The next one begins anew with another token.
            account.simulator.rewrite { $0.faults = [] }
            _ = try await account.source.organization()
            #expect(account.simulator.ledger.count(of: .token) == 3)
        }
    }

    @Test func `refused credentials are named as the vendor does, without the secret`() async throws {
        let secret = "wrong-S3cr3t"
        try await Account.run(secret: secret) { account in
            let failure = try #require(try await account.failure { _ = try await $0.organization() })
            #expect(failure.kind == .unauthenticated)
            #expect(failure.description.contains("invalid_client: authentication failed"))
            var dumped = ""
            dump(failure, to: &dumped)
            // Described, not dumped: a dump reads the insides of the HTTP client while its threads change them.
            let source = String(describing: account.source)
            #expect(source.contains("Credentials"))
            #expect(!(dumped + failure.description + source).contains(secret))
            #expect(account.simulator.ledger.count(of: .token) == 1)
        }
        try await Account.run(clientID: "nobody") { account in
            let failure = try #require(try await account.failure { _ = try await $0.organization() })
            #expect(failure.kind == .unauthenticated)
            #expect(failure.description.contains("client not found"))
        }
    }

    @Test func `a secret with any characters arrives`() async throws {
        let secret = "p:ä%s +/=\u{1F511}"
        try await withSimulator(
            world: World(seed: 1), credentials: [Credential(clientID: "id", clientSecret: secret)]
        ) { simulator in
            let exchange = try HTTPExchange(
                settings: HTTPSettings(userAgent: "t"), budget: RequestBudget(), logger: .init(label: "t"))
            let source = GenesysCloudSource(
                endpoints: try Endpoints(apiURL: simulator.baseURL, loginURL: simulator.baseURL),
                credentials: Credentials(clientID: "id", clientSecret: Secret(secret)), exchange: exchange,
                logger: .init(label: "t"))
            _ = try await source.organization()
            try await exchange.shutdown()
        }
    }

    @Test(arguments: [
        ("token=503", FetchFailureKind.unavailable, 8, "status 503"),
        ("token=500", .unavailable, 3, "status 500"),
        ("token=html:200", .badAnswer, 1, "HTML"),
        ("token=429,retry-after:900", .rateLimited(retryAfter: .seconds(900)), 1, "retry after 900 s"),
        ("token=403", .unauthenticated, 1, "status 403"),
    ])
    func `a login that does not work is an error of the right kind`(
        fault: String, kind: FetchFailureKind, requests: Int, text: String
    ) async throws {
        try await Account.run(script: Script(faults: [try Fault(fault)])) { account in
            let failure = try #require(try await account.failure { _ = try await $0.organization() })
            #expect(failure.kind == kind)
            #expect(failure.requests == requests)
            #expect(failure.description.hasPrefix("fetching an access token: "))
            #expect(failure.description.contains(text))
        }
    }

    @Test(arguments: [
        (#"{}"#, "access_token is missing"), (#"{"access_token":""}"#, "access_token is missing"),
        (#"{"access_token":7}"#, "access_token is not of type String"),
        (#"{"access_token":"a\nb"}"#, "no header can carry"), (#"{"access_token":"a","expires_in":0}"#, "not positive"),
        ("", "the body is empty"), ("[", "is not JSON"),
    ])
    func `a token answer that is no use is refused without quoting it`(body: String, text: String) async throws {
        let fault = Fault(.token, .always, .raw(200, contentType: "application/json", body: body))
        try await Account.run(script: Script(faults: [fault])) { account in
            let failure = try #require(try await account.failure { _ = try await $0.organization() })
            #expect(failure.kind == .badAnswer)
            #expect(failure.description.contains(text))
        }
    }

    @Test func `a cancelled renewal is taken over by the next who waits`() async throws {
        try await Account.run(script: Script(faults: [try Fault("token#1=hang")])) { account in
            let first = Task { try await account.source.organization() }
            try await eventually("a token was asked for") { account.simulator.ledger.count(of: .token) == 1 }
            let others = (0..<5).map { _ in Task { try await account.source.organization() } }
            first.cancel()
            await #expect(throws: CancellationError.self) { _ = try await first.value }
            for other in others { _ = try await other.value }
            #expect(account.simulator.ledger.count(of: .token) == 2)
        }
    }

    @Test func `the log shows no secret, no token, and nothing above debug`() async throws {
        let lines = InMemoryLogHandler()
        var logger = Logger(label: "test", factory: { _ in lines })
        logger.logLevel = .trace
        let script = Script(faults: [try Fault("token#1=503"), try Fault("organization#1=expire-token")])
        try await Account.run(script: script, logger: logger) { account in
            _ = try await account.source.organization()
            let text = lines.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
            #expect(text.contains("HTTP exchange failed, sending again"))
            #expect(text.contains("/oauth/token"))
            // The secrets and tokens of tests all contain it (.ci/find-secrets).
            for secret in [account.simulator.clientSecret, "S3cr3t", "Basic ", "Bearer "] {
                #expect(!text.contains(secret))
            }
            #expect(lines.entries.allSatisfy { $0.level <= .debug })
        }
    }
}
