import FoundationEssentials

/// One request on its way to an answer.
struct Exchange {
    let request: IncomingRequest
    let route: Route
    let now: Date
    let newestDay: World.Day
    let credentials: [Credential]
    let correlationID: String
    /// The token that was presented; empty without a good one.
    var token = ""
    var reading: RateLimiter.Reading?
    var fault: Fault?
    /// The execution that was submitted or asked after, and how it stood.
    var execution: String?
    var ending: Ledger.Ending?

    var endpoint: Endpoint { route.endpoint }

    mutating func answer(_ state: inout Simulator.State) -> Answer {
        if endpoint.complete != nil { execution = route.id }
        do throws(APIError) {
            if endpoint != .token {
                try admit(&state)
            }
            fault = playedFault(endpoint, &state)
            if let fault, let answer = try replacement(by: fault, &state) {
                return answer
            }
            guard request.body.count <= Simulator.largestRequest else {
                throw APIError.tooLarge(limit: Simulator.largestRequest)
            }
            var answer = try regularAnswer(&state)
            if let fault {
                disturb(&answer, by: fault)
            }
            return answer
        } catch {
            return refusal(error)
        }
    }

    /// The headers of contract, section 5.
    func commonHeaders(_ script: Script) -> [(name: String, value: String)] {
        let reading = reading ?? RateLimiter.Reading(count: 0, allowed: script.requestsAMinute, reset: 60)
        return [
            ("inin-ratelimit-count", String(reading.count)),
            ("inin-ratelimit-allowed", String(reading.allowed)),
            ("inin-ratelimit-reset", String(reading.reset)),
            ("ININ-Correlation-Id", correlationID),
            ("Cache-Control", "no-cache, no-store, must-revalidate"),
            ("Pragma", "no-cache"),
            ("Expires", "0"),
            ("Strict-Transport-Security", "max-age=600; includeSubDomains"),
        ]
    }

    func refusal(_ error: APIError) -> Answer {
        var answer = Answer(status: error.status, body: .whole(error.body(correlationID: correlationID)))
        if let seconds = error.retryAfter {
            answer.headers.append(("Retry-After", String(seconds)))
        }
        return answer
    }

    // MARK: Admission

    /// Token, then allowance, then permission; the token endpoint asks for none of them.
    private mutating func admit(_ state: inout Simulator.State) throws(APIError) {
        let (text, token) = try state.tokens.token(authorization: request.authorization, now: now)
        let reading = state.limiter.count(token: text, allowed: state.script.requestsAMinute, now: now)
        self.reading = reading
        self.token = text
        let client = token.credential.clientID
        // Disabling a client voids its tokens (contract, section 4).
        guard !state.world.clients.contains(where: { $0.id == client && $0.state == .disabled }) else {
            throw .badToken
        }
        guard !reading.isExceeded else { throw .tooManyRequests(retryAfter: reading.reset) }
        let permissions = endpoint.permissions
        guard permissions.isEmpty || !token.credential.permissions.isDisjoint(with: permissions) else {
            throw .missingPermissions(permissions)
        }
    }

    // MARK: Script

    /// Counts the request for every fault that it matches; the first one that is due is played.
    func playedFault(_ endpoint: Endpoint, _ state: inout Simulator.State) -> Fault? {
        var played: Fault?
        for (index, fault) in state.script.faults.enumerated() where fault.endpoint == endpoint {
            if let text = fault.mentioning {
                let submitted = route.id.flatMap { state.executions[$0]?.body } ?? ""
                guard request.path.contains(text) || request.bodyText.contains(text) || submitted.contains(text) else {
                    continue
                }
            }
            let number = state.matches[index, default: 0] + 1
            state.matches[index] = number
            if played == nil, fault.occurrence.includes(number) {
                played = fault
            }
        }
        guard let random = state.script.randomFaults else { return played }
        state.draws[endpoint, default: 0] += 1
        return played ?? random.fault(of: state.draws[endpoint, default: 0], at: endpoint)
    }

    /// The answer that a fault gives in place of the regular one; nil when it merely disturbs that.
    mutating func replacement(by fault: Fault, _ state: inout Simulator.State) throws(APIError) -> Answer? {
        switch fault.effect {
        case .status(let status, let retryAfter):
            throw .status(status, retryAfter: retryAfter, at: endpoint)
        case .html(let status):
            let page = "<html><head><title>\(status)</title></head><body><h1>\(status) Bad Gateway</h1></body></html>"
            return Answer(status: status, contentType: "text/html", body: .whole(Array(page.utf8)))
        case .raw(let status, let contentType, let body):
            return Answer(status: status, contentType: contentType, body: .whole(Array(body.utf8)))
        case .hang:
            return Answer(status: 200, body: .whole([]), delivery: .hanging)
        case .reset:
            return Answer(status: 200, body: .whole([]), delivery: .refused)
        case .queryStatus(let text):
            if let id = route.id, text != "Running", text != "Queued" {
                state.executions[id]?.wasCompleted = true
            }
            if text == "Failed" { ending = .failed }
            return statusAnswer(text, state.script)
        case .expireToken:
            state.tokens.revoke(authorization: request.authorization)
            throw .badToken
        case .forget:
            if let id = route.id { state.executions[id]?.isGone = true }
            ending = .gone
            throw .notFound
        case .restate(let days):
            days.forEach { state.world.restate($0) }
            return nil
        case .cut, .truncate, .drip, .delay, .stall, .row, .cap, .page:
            return nil
        }
    }

    func disturb(_ answer: inout Answer, by fault: Fault) {
        switch fault.effect {
        case .cut(let bytes): answer.delivery = .cut(afterBytes: bytes)
        case .truncate(let bytes): answer.delivery = .truncated(afterBytes: bytes)
        case .drip(let bytes, let pause): answer.delivery = .dripping(bytes: bytes, every: pause)
        case .stall(let bytes): answer.delivery = .stalled(afterBytes: bytes)
        case .delay(let pause): answer.delay = pause
        case .row(let spoiled):
            guard case .results(var results) = answer.body else { return }
            results.rowFaults.append(spoiled)
            answer.body = .results(results)
        case .cap(let rows):
            guard case .results(var results) = answer.body else { return }
            results.rowCap = rows
            answer.body = .results(results)
        case .status, .html, .raw, .hang, .reset, .queryStatus, .expireToken, .forget, .restate, .page: break
        }
    }

    // MARK: Endpoints

    private mutating func regularAnswer(_ state: inout Simulator.State) throws(APIError) -> Answer {
        switch endpoint {
        case .token: return tokenAnswer(&state)
        case .organization: return organizationAnswer(state.world)
        case .clients: return try clientsAnswer(state)
        case .limits: return try limitsAnswer(state.script)
        case .submit, .clientSubmit, .clientSummary, .searchSubmit, .jobsSubmit, .clientJobsSubmit:
            return try submitAnswer(&state)
        case .results, .clientResults, .searchResults, .jobsResults, .clientJobsResults:
            return try resultsAnswer(&state)
        case .completeResults, .completeClientResults, .completeSearchResults, .completeJobsResults,
            .completeClientJobsResults, .other:
            throw .notFound
        }
    }
}
