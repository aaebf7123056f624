import FoundationEssentials

/// Paths that belong to the simulator itself and to no API; no token is asked for. The ledgers do not hold them.
///
/// - `GET /simulator/ledger`: every request to either API so far, as a JSON array.
/// - `GET /simulator/world`: the names and ids that the organization is made of.
/// - `GET /simulator/truth?dataset=client_query&client=…&from=2025-09-01&through=2025-09-07`: what the dataset must hold now; see
///   ``Truth``.
/// - `POST /simulator/restate?day=2025-09-01`: changes a past day; `day` may be repeated.
/// - `POST /simulator/script?set=row-limit=refused&fault=submit%231=503`: sets switches of ``Script/unknowns``, and replaces all
///   faults when any `fault` is given (one that is empty removes them); each may be repeated. Answers every switch as it is.
/// - `GET /simulator/clock`: ``SimulatedTime``, where the simulator has a clock that can leap.
/// - `POST /simulator/clock?until=1767225600.5`: leaps to this moment, in seconds since 1970, as far as ``SimulatedClock`` lets it; answers
///   the time after that.
enum ControlPaths {
    static func answer(_ request: IncomingRequest, _ simulator: Simulator) -> Answer? {
        switch (request.method, request.path) {
        case ("GET", "/simulator/ledger"):
            return Answer(status: 200, body: .whole(LedgerLine.json(of: simulator)))
        case ("GET", "/simulator/world"):
            return Answer(status: 200, body: .whole(JSONText.encode(WorldSummary(simulator))))
        case ("GET", "/simulator/truth"):
            guard let truth = Truth(request, simulator) else {
                return refusal(
                    "write ?dataset=NAME&from=yyyy-MM-dd&through=yyyy-MM-dd, and client=ID where it is of one")
            }
            return Answer(status: 200, body: .whole(truth.json))
        case ("POST", "/simulator/restate"):
            let texts = request.parameters("day")
            let days = texts.compactMap { World.Day($0) }
            guard !days.isEmpty, days.count == texts.count else {
                return refusal("write ?day=yyyy-MM-dd")
            }
            days.forEach { simulator.restate($0) }
            return Answer(status: 200, body: .whole(JSONText.encode(["restated": days.map(\.description)])))
        case ("GET", "/simulator/clock"):
            guard let clock = simulator.clock else { return refusal("this simulator's clock is the machine's") }
            return Answer(status: 200, body: .whole(JSONText.encode(clock.time)))
        case ("POST", "/simulator/clock"):
            guard let clock = simulator.clock, let text = request.parameter("until"), let until = Double(text),
                until.isFinite
            else { return refusal("write ?until=SECONDS, of a simulator whose clock can leap") }
            let time = clock.leap(to: Date(timeIntervalSince1970: until))
            return Answer(status: 200, body: .whole(JSONText.encode(time)))
        case ("POST", "/simulator/script"):
            return rewrite(request, simulator)
        default:
            return nil
        }
    }

    private static func rewrite(_ request: IncomingRequest, _ simulator: Simulator) -> Answer {
        var script = simulator.script
        do {
            for text in request.parameters("set") {
                try script.set(text)
            }
            let faults = request.parameters("fault")
            if !faults.isEmpty {
                script.faults = try faults.filter { !$0.isEmpty }.map(Fault.init)
            }
        } catch {
            return refusal("\(error)")
        }
        let rewritten = script
        simulator.rewrite { $0 = rewritten }
        let settings = Script.unknowns.map { ($0.name, $0.setting(in: rewritten)) }
        let answered = Dictionary(settings, uniquingKeysWith: { first, _ in first })
        return Answer(status: 200, body: .whole(JSONText.encode(answered)))
    }

    private static func refusal(_ text: String) -> Answer {
        Answer(status: 400, body: .whole(JSONText.encode(["error": text])))
    }
}
