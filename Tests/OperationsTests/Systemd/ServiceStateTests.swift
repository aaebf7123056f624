import Foundation
import Ingest
import Operations
import Testing
import UsageDomain

@testable import Warehouse

@Suite struct ServiceStateTests {
    private let organization = Organization(id: "o-1", name: "Acme")
    private let holder = SourceLock.Holder(backend: 7, application: "usaged", address: "")
    private let noon = Date(timeIntervalSince1970: 1_800_014_400)

    private func prepared(_ sources: String...) -> ServiceState {
        var state = ServiceState()
        state.begin(sources)
        state.notePrepared()
        return state
    }

    private func progress(_ done: Int, of planned: Int) -> PassProgress {
        var progress = PassProgress()
        progress.windowsDone = done
        progress.windowsPlanned = planned
        return progress
    }

    @Test func `the line says what fails, then what is worked on, then what is idle`() {
        var state = ServiceState()
        #expect(state.line == "starting")
        state.receive(.databaseAway(reason: "no such file\n\tIs the server running?"), of: nil)
        #expect(state.line == "waiting for the database: no such file Is the server running?")
        state.receive(.databaseBack(after: .seconds(4)), of: nil)
        state.begin(["acme", "tower", "base", "idle"])
        state.notePrepared()
        #expect(state.line == "acme: beginning; tower: beginning; base: beginning; idle: beginning")
        state.rest("idle", until: noon)
        state.receive(.sourceReady(source: "acme", organization: organization, windows: 1), of: "acme")
        state.receive(.sourceHeldElsewhere(source: "base", holder: holder), of: "base")
        state.receive(.sourceFailed(source: "tower", kind: .unavailable, reason: "401\nREADY=1"), of: "tower")
        #expect(
            state.line == "tower failed: 401 READY=1; acme: 1 window due; base: another process works on it; "
                + "idle: idle until 2027-01-15T12:00:00Z")
        state.receive(.progressed(progress(12, of: 40)), of: "acme")
        #expect(state.line.contains("acme: 12 of 40 windows, 0 rows, 0 requests"))
        // A source that failed is idle, too, but that is not what a person must know.
        state.rest("tower", until: noon)
        #expect(state.line.hasPrefix("tower failed"))
        state.receive(.sourceReady(source: "tower", organization: organization, windows: 0), of: "tower")
        #expect(state.line.hasPrefix("acme: 12 of 40"))
    }

    @Test func `many idle sources are counted, and a long line is cut`() {
        let names = (1...200).map { "source-\($0)" }
        var state = ServiceState()
        state.begin(names)
        state.notePrepared()
        #expect(state.line.count == 250)
        for name in names { state.rest(name, until: noon) }
        state.rest("source-7", until: noon.addingTimeInterval(-60))
        #expect(state.line == "200 sources: idle until 2027-01-15T11:59:00Z")
        state.receive(
            .sourceFailed(source: "source-7", kind: .unavailable, reason: String(repeating: "x", count: 1_000)),
            of: "source-7")
        #expect(state.line.hasSuffix("xxx…; 199 sources: idle until 2027-01-15T12:00:00Z"))
    }

    @Test func `a pass over several sources shows its progress as a whole`() {
        var state = prepared("acme", "tower")
        state.receive(.progressed(progress(1, of: 2)), of: nil)
        #expect(state.line == "1 of 2 windows, 0 rows, 0 requests")
    }
}
