import FoundationEssentials

/// A submitted query. It answers from the world as it was when the query was submitted.
struct Execution: Sendable {
    let id: String
    /// Where its results are read.
    let endpoint: Endpoint
    let clientID: String?
    /// Of the days that were asked for, only those that were published.
    let query: UsageQuery
    /// The text of the submitted body; path and query text of a summary, which has none.
    let body: String
    /// The token that submitted it.
    let token: String
    let world: World
    let submitted: Date
    var polls = 0
    var wasCompleted = false
    /// Whether somebody made it forgotten before its time.
    var isGone = false
    /// Cut into pages, where the endpoint has any.
    var pages: RowPages

    init(
        id: String,
        endpoint: Endpoint,
        clientID: String? = nil,
        query: UsageQuery,
        body: String,
        token: String = "",
        world: World,
        publishedThrough newest: World.Day,
        now: Date
    ) {
        var query = query
        query.question.days = query.question.days.flatMap { days in
            days.lowerBound <= newest ? days.lowerBound...min(days.upperBound, newest) : nil
        }
        self.id = id
        self.endpoint = endpoint
        self.clientID = clientID
        self.query = query
        self.body = body
        self.token = token
        self.world = world
        submitted = now
        pages = RowPages(of: query.question, in: world)
    }

    /// Where its results are read, relative to the API's address.
    var resultsURI: String {
        Route.results(of: id, at: endpoint, clientID: clientID)
    }

    func isComplete(_ script: Script, now: Date) -> Bool {
        polls > script.runningPolls + (endpoint.isOfJobs ? script.queuedPolls : 0)
            && now.timeIntervalSince(submitted) >= script.runningTime / .seconds(1)
    }

    func isForgotten(_ script: Script, now: Date) -> Bool {
        isGone || now.timeIntervalSince(submitted) >= script.executionLifetime / .seconds(1)
    }
}
