import FoundationEssentials
import Testing

@testable import UsageSimulator

@Suite struct `The token endpoint` {
    @Test func `gives a token with its lifetime, which then opens the API`() async throws {
        struct Issued: Decodable { let access_token, token_type: String, expires_in: Int }
        let asker = try await Asker()
        let simulator = asker.simulator
        let answer = Asker.askForToken(simulator, id: simulator.clientID, secret: simulator.clientSecret)
        let issued = try await answer.decoded(Issued.self)
        #expect(answer.status == 200)
        #expect(issued.token_type == "bearer")
        #expect(issued.expires_in == 86_399)
        // What .ci/find-secrets looks for in logs.
        #expect(issued.access_token.contains("S3cr3t"))
        #expect(asker.simulator.clientSecret.contains("S3cr3t"))
        #expect(asker.get("/api/v2/organizations/me", token: issued.access_token).status == 200)
    }

    @Test func `tells an unknown client from a wrong secret`() async throws {
        struct Refusal: Decodable { let error, description: String }
        let simulator = try await Asker().simulator
        let unknown = Asker.askForToken(simulator, id: "nobody", secret: simulator.clientSecret)
        #expect(unknown.status == 400)
        #expect(try await unknown.decoded(Refusal.self).description == "client not found")
        let wrong = Asker.askForToken(simulator, id: simulator.clientID, secret: "wrong-S3cr3t")
        #expect(wrong.status == 401)
        #expect(try await wrong.decoded(Refusal.self).error == "invalid_client")
        #expect(try await wrong.decoded(Refusal.self).description == "authentication failed")
    }

    @Test func `knows one grant alone`() async throws {
        let simulator = try await Asker().simulator
        let request = IncomingRequest(
            method: "POST",
            path: "/oauth/token",
            authorization: "Basic "
                + Data("\(simulator.clientID):\(simulator.clientSecret)".utf8).base64EncodedString(),
            body: Array("grant_type=password".utf8)
        )
        #expect(simulator.answer(request).status == 400)
    }

    @Test func `makes tokens that expire by the clock`() async throws {
        var script = Script()
        script.tokenLifetime = .seconds(300)
        let asker = try await Asker(script: script)
        asker.clock.advance(by: .seconds(299))
        #expect(asker.get("/api/v2/organizations/me").status == 200)
        asker.clock.advance(by: .seconds(1))
        let late = asker.get("/api/v2/organizations/me")
        #expect(late.status == 401)
        #expect(try await late.code() == "bad.credentials")
    }

    @Test func `makes tokens that can be taken back`() async throws {
        let asker = try await Asker()
        asker.simulator.expireTokens()
        #expect(asker.get("/api/v2/organizations/me").status == 401)
    }

    @Test func `makes tokens that end with their client`() async throws {
        let asker = try await Asker()
        asker.simulator.alter { $0.change(clientID: asker.simulator.clientID, state: .disabled) }
        #expect(asker.get("/api/v2/organizations/me").status == 401)
    }

    @Test func `is needed: no token and a made-up one are refused differently`() async throws {
        let asker = try await Asker()
        let none = asker.simulator.answer(IncomingRequest(method: "GET", path: "/api/v2/organizations/me"))
        #expect(none.status == 401)
        #expect(try await none.code() == "authentication.required")
        #expect(try await asker.get("/api/v2/organizations/me", token: "made up").code() == "bad.credentials")
    }
}

@Suite struct `An allowance` {
    @Test func `is told on every answer and ends in 429 until its minute is over`() async throws {
        struct Refusal: Decodable { let message, code, contextId: String, status: Int }
        var script = Script()
        script.requestsAMinute = 3
        let asker = try await Asker(script: script)
        for count in 1...3 {
            let answer = asker.get("/api/v2/organizations/me")
            #expect(answer.status == 200)
            #expect(answer.header("inin-ratelimit-count") == "\(count)")
            #expect(answer.header("inin-ratelimit-allowed") == "3")
            #expect(answer.header("inin-ratelimit-reset") == "60")
        }
        asker.clock.advance(by: .seconds(18))
        let refused = asker.get("/api/v2/organizations/me")
        let body = try await refused.decoded(Refusal.self)
        #expect(refused.status == 429)
        #expect(refused.header("Retry-After") == "42")
        #expect(body.message == "Rate limit exceeded the maximum. Retry the request in [42] seconds")
        #expect(body.code == "too.many.requests.retry.after")
        #expect(body.contextId == refused.header("ININ-Correlation-Id"))
        asker.clock.advance(by: .seconds(42))
        #expect(asker.get("/api/v2/organizations/me").header("inin-ratelimit-count") == "1")
    }

    @Test func `belongs to a token, not to a client`() async throws {
        var script = Script()
        script.requestsAMinute = 1
        let asker = try await Asker(script: script)
        let other = try await Asker.newToken(asker.simulator)
        #expect(asker.get("/api/v2/organizations/me").status == 200)
        #expect(asker.get("/api/v2/organizations/me").status == 429)
        #expect(asker.get("/api/v2/organizations/me", token: other).status == 200)
    }
}

@Suite struct `Permissions` {
    @Test func `are named when they are missing`() async throws {
        struct Refusal: Decodable { let message, code: String, messageParams: [String: String] }
        let poor = Credential(clientID: "poor", clientSecret: "s", permissions: [])
        let asker = try await Asker(credentials: [poor])
        let answer = asker.submit(#"{"interval":"2025-09-01/2025-09-02"}"#)
        let body = try await answer.decoded(Refusal.self)
        #expect(answer.status == 403)
        #expect(body.code == "missing.any.permissions")
        #expect(body.messageParams == ["permissions": "[oauth:client:view, usage:organization:view]"])
        #expect(asker.get("/api/v2/oauth/clients").status == 403)
        #expect(asker.get("/api/v2/organizations/me").status == 200)
        #expect(asker.get("/api/v2/organizations/limits/namespaces/platform.api").status == 200)
    }

    @Test(arguments: ["oauth:client:view", "usage:organization:view"])
    func `suffice one by one`(_ permission: String) async throws {
        let credential = Credential(clientID: "c", clientSecret: "s", permissions: [permission])
        let asker = try await Asker(credentials: [credential])
        #expect(asker.submit(#"{"interval":"2025-09-01/2025-09-02"}"#).status == 202)
    }
}

@Suite struct `The account endpoints` {
    struct Client: Decodable, Equatable { let id, name, state, authorizedGrantType: String }
    struct Listing: Decodable { let entities: [Client], total: Int, pageCount: Int, nextUri: String? }

    @Test func `tell the organization`() async throws {
        struct Organization: Decodable { let id, name, state: String }
        let asker = try await Asker()
        let organization = try await asker.get("/api/v2/organizations/me").decoded(Organization.self)
        #expect(organization.id == asker.simulator.world.organization.id)
        #expect(organization.name == asker.simulator.world.organization.name)
    }

    @Test func `list the clients that are listed, with their names as they are`() async throws {
        let asker = try await Asker()
        let listing = try await asker.get("/api/v2/oauth/clients").decoded(Listing.self)
        let listed = asker.simulator.world.clients.filter(\.isListed)
        #expect(listing.entities.map(\.id) == listed.map(\.id))
        #expect(listing.entities.map { Array($0.name.unicodeScalars) } == listed.map { Array($0.name.unicodeScalars) })
        #expect(listing.entities.map(\.state) == listed.map(\.state.rawValue))
        #expect(listing.total == listed.count)
        #expect(listing.nextUri == nil)
    }

    @Test func `page the clients where the script says so`() async throws {
        var script = Script()
        script.clientsPageSize = 10
        let asker = try await Asker(script: script)
        var query = ""
        var ids: [String] = []
        for _ in 0..<10 {
            let page = try await asker.get("/api/v2/oauth/clients", query: query).decoded(Listing.self)
            ids += page.entities.map(\.id)
            guard let next = page.nextUri else { break }
            query = String(next.split(separator: "?")[1])
        }
        #expect(ids == asker.simulator.world.clients.filter(\.isListed).map(\.id))
    }

    @Test func `show one client, and a new name after it was changed`() async throws {
        let asker = try await Asker()
        let id = asker.simulator.world.clients[1].id
        #expect(try await asker.get("/api/v2/oauth/clients/\(id)").decoded(Client.self).name == "Billing Sync")
        asker.simulator.alter { $0.change(clientID: id, name: "Billing Sync 2", state: .disabled) }
        let changed = try await asker.get("/api/v2/oauth/clients/\(id)").decoded(Client.self)
        #expect(changed.name == "Billing Sync 2")
        #expect(changed.state == "disabled")
        let unlisted = try #require(asker.simulator.world.clients.first { !$0.isListed })
        #expect(asker.get("/api/v2/oauth/clients/\(unlisted.id)").status == 404)
    }

    @Test func `announce the limits that are enforced`() async throws {
        struct Limit: Decodable { let key, namespace: String, value: Int }
        struct Limits: Decodable { let entities: [Limit] }
        var script = Script()
        script.requestsAMinute = 77
        let asker = try await Asker(script: script)
        for suffix in ["", "/defaults"] {
            let path = "/api/v2/organizations/limits/namespaces/platform.api\(suffix)"
            let limits = try await asker.get(path).decoded(Limits.self).entities
            let rate = try #require(limits.first { $0.key == "client.credentials.token.rate.per.minute" })
            #expect(rate.value == 77)
            #expect(rate.namespace == "platform.api")
        }
        let usage = asker.get("/api/v2/organizations/limits/namespaces/usage")
        #expect(try await usage.decoded(Limits.self).entities.isEmpty)
        let members = try await usage.decoded([String: [Limit]].self)
        #expect(members.keys.sorted() == ["entities"])
        #expect(asker.get("/api/v2/organizations/limits/namespaces/nonsense").status == 404)
    }

    @Test(arguments: ["/", "/api/v2/usage/query", "/api/v2/users", "/api/v2/usage/query//results/x"])
    func `are all there is`(_ path: String) async throws {
        #expect(try await Asker().get(path).status == 404)
    }
}

@Suite struct `A ledger` {
    @Test func `holds every request with its answer, and no secret`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.submit, .nth(2), .status(503))]))
        let body = #"{"interval":"2025-09-01/2025-09-02"}"#
        _ = asker.submit(body)
        _ = asker.submit(body)
        _ = asker.get("/api/v2/oauth/clients", query: "pageNumber=1")
        let simulator = asker.simulator
        let secretive = IncomingRequest(
            method: "POST",
            path: "/oauth/token",
            body: Array("client_id=a&client_secret=\(simulator.clientSecret)&grant_type=client_credentials".utf8)
        )
        _ = simulator.answer(secretive)

        let entries = simulator.ledger.entries
        #expect(entries.map(\.endpoint) == [.token, .submit, .submit, .clients, .token])
        #expect(entries.map(\.status) == [200, 202, 503, 200, 401])
        #expect(entries.map(\.number) == [1, 2, 3, 4, 5])
        #expect(entries[1].body == body)
        #expect(entries[2].fault == "submit#2=503")
        #expect(entries[3].query == "pageNumber=1")
        #expect(entries[4].body == "grant_type=client_credentials")
        #expect(entries.allSatisfy { $0.time == asker.clock.now })
        #expect(simulator.ledger.count(of: .submit) == 2)
        let shown = String(decoding: LedgerLine.json(of: simulator), as: UTF8.self)
        #expect(!shown.contains(simulator.clientSecret))
        #expect(shown.contains(#""fault":"submit#2=503""#))
    }

    @Test func `can be waited for, and the wait can be cancelled`() async throws {
        let asker = try await Asker()
        try await asker.simulator.ledger.reaches(1, of: .token)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await asker.simulator.ledger.reaches(2, of: .organization) }
            _ = asker.get("/api/v2/organizations/me")
            _ = asker.get("/api/v2/organizations/me")
            try await group.waitForAll()
        }
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await asker.simulator.ledger.reaches(3, of: .organization) }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }
}
