package import Ingest
package import Transport
package import UsageDomain

/// Everything that the daemon knows of itself from memory alone: it is told what happens, and can be asked at any time,
/// whatever the database and the vendors do.
package struct Monitor: Sendable {
    /// Whether the daemon is ready.
    package let health: Health
    /// Whether its loops make progress.
    package let liveness: Liveness
    /// What it counts.
    package let board: MetricsBoard

    /// - Parameter sources: names and datasets of the configuration, in its order.
    package init(sources: [(name: String, datasets: [Dataset])]) {
        health = Health(sources: sources.map(\.name))
        liveness = Liveness()
        board = MetricsBoard(sources: sources)
    }

    /// Takes note of what a pass tells.
    package func receive(_ event: PassEvent) {
        health.receive(event)
        board.receive(event)
        if let source = WorkContext.current.source { liveness.sign(of: Self.loop(of: source)) }
    }

    /// Takes note of a request that was sent, and of the status of its answer; nil when there was none.
    package func noteRequest(of source: String, to endpoint: EndpointName, status: Int?) {
        board.countRequest(of: source, to: endpoint, status: status)
        liveness.sign(of: Self.loop(of: source))
    }

    /// What the loop of a source is called.
    package static func loop(of source: String) -> String { "source \(source)" }
}
