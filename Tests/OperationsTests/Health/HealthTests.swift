import FoundationEssentials
import Ingest
import Operations
import Synchronization
import TestSupport
import Testing
import UsageDomain

@Suite(.inTurn, .timeLimit(.minutes(30))) struct HealthTests {
    private let health = Health(sources: ["acme", "tower"])

    private func ready(_ source: String) -> PassEvent {
        .sourceReady(source: source, organization: Organization(id: "o-1", name: "Acme"), windows: 3)
    }

    private func failed(_ source: String, _ kind: FetchFailureKind, _ reason: String) -> PassEvent {
        .sourceFailed(source: source, kind: kind, reason: reason)
    }

    @Test func `ready is the schema and a decision about each source`() {
        #expect(
            health.report.obstacles == [
                "database: its schema is not checked yet", "source acme: not asked for the first time yet",
                "source tower: not asked for the first time yet",
            ])
        health.noteSchemaCurrent()
        health.receive(ready("acme"))
        #expect(health.report.obstacles == ["source tower: not asked for the first time yet"])
        #expect(!health.report.isReady)
        health.receive(failed("tower", .unauthenticated, "HTTP 401"))
        #expect(health.report.isReady)
        #expect(health.report.description == "ready\nsource acme: admitted\nsource tower: refused: HTTP 401\n")
    }

    @Test func `where every vendor refuses, nothing is ready`() {
        health.noteSchemaCurrent()
        health.receive(failed("acme", .unauthenticated, "HTTP 401"))
        health.receive(failed("tower", .refused, "HTTP 403"))
        #expect(health.report.obstacles == ["sources: every one is refused"])
        health.receive(failed("tower", .unavailable, "HTTP 503"))
        #expect(health.report.isReady, "it may be let in")
    }

    @Test func `only the sources that are worked on are waited for`() {
        health.noteSchemaCurrent()
        health.begin(["tower"])
        health.receive(ready("acme"))
        #expect(!health.report.isReady)
        health.receive(ready("tower"))
        #expect(health.report.description == "ready\nsource tower: admitted\n")
    }

    @Test func `whoever wants to know is told of each change, as it is`() {
        let told = Mutex<[Bool]>([])
        let health = Health(sources: ["acme"]) { isReady in told.withLock { $0.append(isReady) } }
        health.noteSchemaCurrent()
        health.receive(ready("acme"))
        health.noteLinkLost(because: "gone")
        health.noteLinkSeen()
        #expect(told.withLock { $0 } == [false, true, false, true])
    }

    @Test(arguments: [
        (FetchFailureKind.unauthenticated, "refused"), (.refused, "refused"), (.clientUnavailable, "refused"),
        (.rateLimited(retryAfter: .seconds(3_600)), "resting"), (.unavailable, "failing"), (.badAnswer, "failing"),
    ])
    func `why a source does not work says how it stands`(kind: FetchFailureKind, word: String) {
        health.receive(failed("acme", kind, "because"))
        #expect(health.report.sources.first?.standing.word == word)
        #expect(health.report.sources.first?.standing.reason == "because")
        #expect(SourceStanding.words.contains(word))
    }

    @Test func `a refused source that is left alone stays refused, any other is failing`() {
        let end = Date(timeIntervalSince1970: 1_741_237_200)
        health.receive(failed("acme", .unauthenticated, "HTTP 401"))
        for source in ["acme", "tower"] {
            health.receive(.sourceLeftAlone(source: source, until: end, reason: "HTTP 4xx"))
        }
        let reason = "left alone until 2025-03-06T05:00:00Z: HTTP 4xx"
        #expect(health.report.sources.map(\.standing) == [.refused(reason: reason), .failing(reason: reason)])
    }

    @Test func `a source that is not configured is not known`() {
        health.receive(ready("other"))
        #expect(health.report.sources.map(\.name) == ["acme", "tower"])
    }

    @Test func `the database is away while work waits for it or the session that looks is lost`() {
        health.noteSchemaCurrent()
        for source in ["acme", "tower"] { health.receive(ready(source)) }
        #expect(health.isDatabaseUp)
        health.receive(.databaseAway(reason: "no space left"))
        health.noteLinkLost(because: "connection refused")
        #expect(health.report.obstacles == ["database: away: no space left"])
        health.receive(.databaseBack(after: .seconds(3)))
        #expect(health.report.obstacles == ["database: away: connection refused"])
        #expect(!health.isDatabaseUp)
        health.noteLinkSeen()
        #expect(health.report.isReady)
        #expect(health.isDatabaseUp)
    }

    @Test func `a reason cannot forge a line`() {
        health.receive(failed("acme", .refused, "no\nready"))
        #expect(health.report.description.contains("source acme: refused: no\\nready\n"))
    }
}
