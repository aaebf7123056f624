import FoundationEssentials

/// Everything that starts an execution (contract, section 2).
extension Exchange {
    mutating func submitAnswer(_ state: inout Simulator.State) throws(APIError) -> Answer {
        if request.method == "POST", let type = request.contentType, !type.lowercased().contains("json") {
            throw .status(415)
        }
        let (query, resultsEndpoint) = try query(state)
        forget(&state)
        try checkConcurrency(state)
        let execution = Execution(
            id: state.uuid(),
            endpoint: resultsEndpoint,
            clientID: route.clientID,
            query: query,
            body: request.method == "POST" ? request.bodyText : "\(request.path)?\(request.query)",
            token: token,
            world: state.world,
            publishedThrough: newestDay,
            now: now
        )
        state.executions[execution.id] = execution
        self.execution = execution.id
        state.submits += 1
        let isAccepted =
            switch state.script.submitStatus {
            case .ok: false
            case .accepted: true
            case .alternating: state.submits % 2 == 1
            }
        let uri = execution.resultsURI
        let body =
            endpoint.isOfJobs
            ? JSONText.encode(SubmittedJob(id: execution.id, resultsUri: uri, selfUri: uri))
            : JSONText.encode(Submitted(executionId: execution.id, resultsUri: uri))
        return Answer(status: isAccepted ? 202 : 200, body: .whole(body))
    }

    private func query(_ state: Simulator.State) throws(APIError) -> (UsageQuery, results: Endpoint) {
        let script = state.script
        switch endpoint {
        case .clientSubmit:
            let subject = try knownClient(state)
            return (try kept(UsageQuery(json: request.body, of: subject, script: script), script), .clientResults)
        case .clientSummary:
            return (try kept(try summary(state), script), .clientResults)
        case .searchSubmit:
            return (try kept(UsageQuery(search: request.body, script: script), script), .searchResults)
        case .jobsSubmit:
            return (try job(of: .organization, state), .jobsResults)
        case .clientJobsSubmit:
            return (try job(of: try knownClient(state), state), .clientJobsResults)
        default:
            return (try kept(UsageQuery(json: request.body, of: .organization, script: script), script), .results)
        }
    }

    private func job(of subject: World.Question.Subject, _ state: Simulator.State) throws(APIError) -> UsageQuery {
        try UsageQuery(
            job: request.body,
            of: subject,
            world: state.world,
            today: World.Day(containing: now),
            script: state.script
        )
    }

    private func summary(_ state: Simulator.State) throws(APIError) -> UsageQuery {
        guard case .oauthClient(let clientID) = try knownClient(state) else { throw .notFound }
        let text = request.parameter("days") ?? "7"
        guard var days = Int(text), days > 0 else {
            throw .malformed("The number of days [\(text)] is not valid.")
        }
        let script = state.script
        if days > script.summaryDaysMaximum {
            switch script.summaryDays {
            case .unlimited: break
            case .clamped: days = script.summaryDaysMaximum
            case .refused: throw .malformed("The number of days [\(days)] is more than \(script.summaryDaysMaximum).")
            }
        }
        return UsageQuery(.summary(of: clientID, days: days, through: newestDay, shape: script.summaryRows))
    }

    private func knownClient(_ state: Simulator.State) throws(APIError) -> World.Question.Subject {
        let known = endpoint.isOfJobs ? state.world.allClients : state.world.clients
        guard let client = known.first(where: { $0.id == route.clientID }),
            client.isListed || state.script.unlistedClients == .answered
        else { throw .notFound }
        return .oauthClient(id: client.id)
    }

    /// The query without the days that the older family has forgotten.
    private func kept(_ query: UsageQuery, _ script: Script) throws(APIError) -> UsageQuery {
        let oldest = World.Day(containing: now).advanced(by: -script.retentionDays)
        guard script.retention != .unlimited, let days = query.question.days, days.lowerBound < oldest else {
            return query
        }
        guard script.retention == .empty else {
            throw .malformed("The interval starts before \(oldest), the oldest day that is kept.")
        }
        var query = query
        query.question.days = days.upperBound < oldest ? nil : oldest...days.upperBound
        return query
    }

    private func forget(_ state: inout Simulator.State) {
        let script = state.script
        // Where late reads are answered, the simulator must know what they are late for.
        guard script.lateReads == .notFound else { return }
        state.executions = state.executions.filter { !$0.value.isForgotten(script, now: now) }
    }

    private func checkConcurrency(_ state: Simulator.State) throws(APIError) {
        let script = state.script
        guard script.concurrency != .unlimited else { return }
        let running = state.executions.values.count { !$0.wasCompleted && !$0.isForgotten(script, now: now) }
        guard running >= script.concurrentExecutions else { return }
        throw script.concurrency == .conflict ? .status(409) : .tooManyRequests(retryAfter: 1)
    }

    private struct Submitted: Encodable {
        let executionId, resultsUri: String
    }

    private struct SubmittedJob: Encodable {
        let id, resultsUri, selfUri: String
    }
}
