import UsageSimulator

/// What the daemon is configured with: every dataset of both vendors.
struct SoakConfiguration: Sendable {
    let size: SoakSize
    let simulator: Simulator
    let database: String

    /// The secrets that the configuration names.
    var secrets: [String: String] {
        ["ACME_SECRET": simulator.clientSecret, "TOWER_KEY": simulator.infodeck.apiKey]
    }

    /// Infodeck's troubles, at every so manieth request.
    static let infodeckFaults = [
        InfodeckFault(.usage, .every(41), .status(503)),
        InfodeckFault(.usage, .every(67), .reset),
        InfodeckFault(.usage, .every(71), .cut(afterBytes: 9)),
        InfodeckFault(.usage, .every(73), .truncate(afterBytes: 9)),
        InfodeckFault(.usage, .every(101), .hang),
        InfodeckFault(.usage, .every(103), .gateway(502)),
        InfodeckFault(.usage, .every(107), .status(429, headers: [("Retry-After", "40")])),
        InfodeckFault(.organization, .every(29), .html(502)),
    ]

    func text(spool: String) -> String {
        """
        database: "\(database)"
        listen: ""
        schedule: {every: \(SoakSize.every), lookback-days: 7, settle-after: 48h, wide-pass: 35d}
        spool: {directory: \(spool)}
        sources:
          - name: acme
            kind: genesys
            api-url: \(simulator.baseURL)
            login-url: \(simulator.baseURL)
            client-id: \(simulator.clientID)
            client-secret: {env: ACME_SECRET}
            datasets: [\(size.datasets.joined(separator: ", "))]
            start-date: \(size.startDay)
          - name: tower
            kind: infodeck
            api-url: \(simulator.infodeck.baseURL)
            organization-id: \(simulator.infodeck.world.organizationID)
            api-key: {env: TOWER_KEY}
            start-date: \(size.startDay)
        """
    }
}
