import FoundationEssentials

/// The two endpoints of the organization query (contract, section 2).
extension Exchange {
    func submitAnswer(_ state: inout Simulator.State) throws(APIError) -> Answer {
        if let type = request.contentType, !type.lowercased().contains("json") {
            throw .status(415)
        }
        let query = try UsageQuery(json: request.body, script: state.script)
        let execution = Execution(
            id: state.uuid(),
            query: query,
            body: request.bodyText,
            world: state.world,
            publishedThrough: newestDay,
            now: now
        )
        let script = state.script
        state.executions = state.executions.filter { !$0.value.isForgotten(script, now: now) }
        state.executions[execution.id] = execution
        state.submits += 1
        let isAccepted =
            switch script.submitStatus {
            case .ok: false
            case .accepted: true
            case .alternating: state.submits % 2 == 1
            }
        let body = Submitted(
            executionId: execution.id,
            resultsUri: "/api/v2/usage/query/\(execution.id)/results"
        )
        return Answer(status: isAccepted ? 202 : 200, body: .whole(JSONText.encode(body)))
    }

    mutating func resultsAnswer(_ state: inout Simulator.State) throws(APIError) -> Answer {
        guard let id, var execution = state.executions[id], !execution.isForgotten(state.script, now: now) else {
            throw .notFound
        }
        execution.polls += 1
        state.executions[id] = execution
        guard execution.isComplete(state.script, now: now) else {
            return Answer(status: 200, body: .whole(Array(#"{"queryStatus":"Running"}"#.utf8)))
        }
        let complete = ResultsBody(
            execution: execution,
            unselectedMetrics: state.script.unselectedMetrics,
            statusComesFirst: state.script.statusComesFirst
        )
        var answer = Answer(status: 200, body: .results(complete))
        guard let completeFault = playedFault(.completeResults, &state) else { return answer }
        fault = fault ?? completeFault
        if let replacement = try replacement(by: completeFault, &state) {
            return replacement
        }
        disturb(&answer, by: completeFault)
        return answer
    }

    private struct Submitted: Encodable {
        let executionId, resultsUri: String
    }
}
