import Ingest
import Logging
import Operations
import Testing
import Warehouse

@Suite struct BackfillProgressTests {
    private let written = Written()

    private func progress(isTerminal: Bool) -> BackfillProgress {
        let output = written.stream(isTerminal: isTerminal)
        return BackfillProgress(
            output: output,
            logger: Logger(label: "usaged") {
                LineLogHandler(label: $0, level: .info, format: .journal, output: output)
            })
    }

    private func at(_ done: Int, of planned: Int, elapsed: Duration = .zero) -> PassProgress {
        var progress = PassProgress()
        progress.windowsDone = done
        progress.windowsPlanned = planned
        progress.rows = Int64(done) * 100
        progress.requests = done * 3
        progress.elapsed = elapsed
        return progress
    }

    @Test func `a line says windows, rows, requests and the time left`() {
        #expect(
            BackfillProgress.line(at(12, of: 40, elapsed: .seconds(120)))
                == "12 of 40 windows, 1200 rows, 36 requests, 5 min left")
        #expect(BackfillProgress.line(at(0, of: 40)) == "0 of 40 windows, 0 rows, 0 requests")
        #expect(
            BackfillProgress.line(at(40, of: 40, elapsed: .seconds(9))) == "40 of 40 windows, 4000 rows, 120 requests")
    }

    @Test func `a terminal sees one line that rewrites itself and is gone at the end`() {
        let progress = progress(isTerminal: true)
        progress.receive(.began(run: RunID(rawValue: 1), windows: 2))
        progress.receive(.progressed(at(1, of: 2, elapsed: .seconds(30))))
        progress.receive(.progressed(at(2, of: 2, elapsed: .seconds(50))))
        progress.receive(.finished(run: RunID(rawValue: 1), summary: RunSummary()))
        #expect(
            written.all == [
                "\r\u{1B}[K0 of 2 windows",
                "\r\u{1B}[K1 of 2 windows, 100 rows, 3 requests, 30 s left",
                "\r\u{1B}[K2 of 2 windows, 200 rows, 6 requests",
                "\r\u{1B}[K",
            ])
    }

    @Test func `a pass with nothing to do shows nothing`() {
        let progress = progress(isTerminal: true)
        progress.receive(.began(run: RunID(rawValue: 1), windows: 0))
        progress.receive(.finished(run: RunID(rawValue: 1), summary: RunSummary()))
        #expect(written.all.isEmpty)
    }

    @Test(arguments: [1, 3, 40])
    func `a log sees each step once`(windows: Int) {
        let progress = progress(isTerminal: false)
        progress.receive(.began(run: RunID(rawValue: 1), windows: windows))
        for done in 1...windows { progress.receive(.progressed(at(done, of: windows))) }
        #expect(written.all.count == windows)
        #expect(written.all.last?.contains("windows.done=\(windows) windows.planned=\(windows)") == true)
    }

    @Test func `a log line has the numbers`() {
        let progress = progress(isTerminal: false)
        progress.receive(.progressed(at(12, of: 40, elapsed: .seconds(120))))
        #expect(
            written.text
                == "<6>backfill progressed requests=36 rows=1200 time.left=\"5 min\" windows.done=12 windows.planned=40\n"
        )
    }

    @Test func `a second run begins anew`() {
        let progress = progress(isTerminal: false)
        for run in 1...2 {
            progress.receive(.began(run: RunID(rawValue: Int64(run)), windows: 1))
            progress.receive(.progressed(at(1, of: 1)))
            progress.receive(.finished(run: RunID(rawValue: Int64(run)), summary: RunSummary()))
        }
        #expect(written.all.count == 2)
    }
}
