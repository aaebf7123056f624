import FoundationEssentials

/// A submitted query. It answers from the world as it was when the query was submitted.
struct Execution: Sendable {
    let id: String
    let query: UsageQuery
    /// The text of the submitted body.
    let body: String
    let world: World
    /// The published days among those asked for.
    let days: ClosedRange<World.Day>?
    let submitted: Date
    var polls = 0

    init(id: String, query: UsageQuery, body: String, world: World, publishedThrough newest: World.Day, now: Date) {
        self.id = id
        self.query = query
        self.body = body
        self.world = world
        submitted = now
        days = query.days.flatMap { days in
            days.lowerBound <= newest ? days.lowerBound...min(days.upperBound, newest) : nil
        }
    }

    func isComplete(_ script: Script, now: Date) -> Bool {
        polls > script.runningPolls && now.timeIntervalSince(submitted) >= script.runningTime / .seconds(1)
    }

    func isForgotten(_ script: Script, now: Date) -> Bool {
        now.timeIntervalSince(submitted) >= script.executionLifetime / .seconds(1)
    }
}
