import FoundationEssentials
import Synchronization

extension Simulator {
    /// Answers one request: authorisation, allowance, script, then the endpoint itself.
    func answer(_ request: IncomingRequest) -> Answer {
        let route = Route(method: request.method, path: request.path)
        let now = now()
        let number = ledger.begin(request, endpoint: route.endpoint, time: now)
        return state.withLock { state in
            var exchange = Exchange(
                request: request,
                route: route,
                now: now,
                newestDay: newestPublishedDay(lag: state.script.publishLag),
                credentials: credentials,
                correlationID: state.uuid()
            )
            var answer = exchange.answer(&state)
            answer.headers += exchange.commonHeaders(state.script)
            ledger.finish(number, status: answer.isSilent ? nil : answer.status, exchange)
            return answer
        }
    }
}
