package import Ingest
package import Transport
package import UsageDomain

/// Everything that the daemon knows of itself from memory alone: it is told what happens, and can be asked at any time,
/// whatever the database and the vendors do.
package struct Monitor: Sendable {
    /// Whether the daemon is ready.
    package let health: Health
    /// What it does, and whether its loops make progress.
    package let supervision: Supervision
    /// What it counts.
    package let board: MetricsBoard

    /// - Parameters:
    ///   - sources: names and datasets of the configuration, in its order.
    ///   - supervision: outlives a configuration.
    package init(sources: [(name: String, datasets: [Dataset])], supervision: Supervision) {
        health = Health(sources: sources.map(\.name), onChange: supervision.noteReadiness)
        self.supervision = supervision
        board = MetricsBoard(sources: sources)
    }

    /// The daemon begins its work: each of these sources has a loop of its own.
    package func beginLoops(of sources: [String]) {
        health.begin(sources)
        supervision.beginLoops(of: sources)
    }

    /// A pass over these sources begins, after which the process ends.
    package func beginPass(over sources: [String]) {
        health.begin(sources)
        supervision.beginPass(over: sources)
    }

    /// Takes note of what a source's own pass tells.
    package func receive(_ event: PassEvent) {
        receive(event, of: WorkContext.current.source)
    }

    /// Takes note of what a pass over several sources tells.
    package func receiveOfAll(_ event: PassEvent) {
        receive(event, of: nil)
    }

    private func receive(_ event: PassEvent, of source: String?) {
        health.receive(event)
        board.receive(event)
        supervision.receive(event, of: source)
    }

    /// Takes note of a request that was sent, and of the status of its answer; nil when there was none.
    package func noteRequest(of source: String, to endpoint: EndpointName, status: Int?) {
        board.countRequest(of: source, to: endpoint, status: status)
        supervision.noteRequest(of: source)
    }
}
