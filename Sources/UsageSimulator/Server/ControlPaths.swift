import FoundationEssentials

/// Paths that belong to the simulator itself and to no API; no token is asked for. The ledger does not hold them.
///
/// - `GET /simulator/ledger`: every request so far, as a JSON array.
/// - `POST /simulator/restate?day=2025-09-01`: changes a past day; `day` may be repeated.
enum ControlPaths {
    static func answer(_ request: IncomingRequest, _ simulator: Simulator) -> Answer? {
        switch (request.method, request.path) {
        case ("GET", "/simulator/ledger"):
            return Answer(status: 200, body: .whole(Array(simulator.ledger.json.utf8)))
        case ("POST", "/simulator/restate"):
            let texts = request.query.split(separator: "&").filter { $0.hasPrefix("day=") }.map { $0.dropFirst(4) }
            let days = texts.compactMap { World.Day(String($0)) }
            guard !days.isEmpty, days.count == texts.count else {
                return Answer(status: 400, body: .whole(Array(#"{"error":"write ?day=yyyy-MM-dd"}"#.utf8)))
            }
            days.forEach { simulator.restate($0) }
            return Answer(status: 200, body: .whole(JSONText.encode(["restated": days.map(\.description)])))
        default:
            return nil
        }
    }
}
