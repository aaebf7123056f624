import FoundationEssentials

/// One request to either API, as `GET /simulator/ledger` shows it.
struct LedgerLine: Encodable {
    /// `genesys` or `infodeck`.
    let api: String
    /// From 1, counted for each API by itself.
    let number: Int
    let time: Date
    /// In the words of the API's own ledger.
    let endpoint: String
    let method: String
    let path: String
    let query: String
    let body: String
    let status: Int?
    let fault: String?

    /// All requests so far, in order of arrival.
    static func all(of simulator: Simulator) -> [LedgerLine] {
        let infodeck = simulator.infodeck.entries.enumerated().map { LedgerLine($1, number: $0 + 1) }
        // The sort is stable, and each of the two is in order already.
        return (simulator.ledger.entries.map(LedgerLine.init) + infodeck).sorted { $0.time < $1.time }
    }

    /// All of them as a JSON array.
    static func json(of simulator: Simulator) -> [UInt8] {
        JSONText.encode(all(of: simulator))
    }

    private init(_ entry: Ledger.Entry) {
        api = "genesys"
        number = entry.number
        time = entry.time
        endpoint = entry.endpoint.rawValue
        method = entry.method
        path = entry.path
        query = entry.query
        body = entry.body
        status = entry.status
        fault = entry.fault
    }

    private init(_ entry: InfodeckSimulator.Entry, number: Int) {
        api = "infodeck"
        self.number = number
        time = entry.time
        endpoint = entry.endpoint.rawValue
        method = entry.method
        path = entry.path
        query = entry.query
        body = ""
        status = entry.status
        fault = nil
    }
}
