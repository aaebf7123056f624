import FoundationEssentials

/// The body of `POST /api/v2/usage/query`, understood.
struct UsageQuery: Sendable {
    let days: ClosedRange<World.Day>?
    let granularity: World.Granularity?
    let grouping: Set<World.Grouping>
    let metrics: Set<Metric>

    /// The counters one can select.
    enum Metric: String, CaseIterable, Sendable {
        case status200 = "Status200"
        case status300 = "Status300"
        case status400 = "Status400"
        case status500 = "Status500"
        case status429 = "Status429"
        case requests = "Requests"
    }

    /// Reads the body, no more strictly than contract, section 1.1, declares: unknown fields are ignored.
    ///
    /// - Throws: ``APIError`` with status 400.
    init(json: [UInt8], script: Script) throws(APIError) {
        let body: Body
        do {
            body = try JSONDecoder().decode(Body.self, from: Data(json))
        } catch {
            throw .malformed("The request body is not a valid query: expected an object with the text “interval”.")
        }
        guard let interval = Interval(body.interval, midnightEndIncludesDay: script.midnightEndIncludesDay) else {
            throw .invalidDate
        }
        days = interval.days
        granularity = try body.granularity.map { (text) throws(APIError) in
            try UsageQuery.value(text, "Granularity", script)
        }
        var grouping: Set<World.Grouping> = []
        for text in body.groupBy ?? [] {
            grouping.insert(try UsageQuery.value(text, "GroupBy", script))
        }
        // Nothing asked for means by OAuth client (contract, section 3).
        self.grouping = grouping.isEmpty ? [.oauthClient] : grouping
        var metrics: Set<Metric> = []
        for text in body.metrics ?? [] {
            metrics.insert(try UsageQuery.value(text, "Metric", script))
        }
        self.metrics = metrics.isEmpty ? Set(Metric.allCases) : metrics
    }

    private static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ text: String,
        _ type: String,
        _ script: Script
    ) throws(APIError) -> Value {
        let value = Value.allCases.first { candidate in
            candidate.rawValue == text
                || (!script.enumerationsAreCaseSensitive && candidate.rawValue.lowercased() == text.lowercased())
        }
        guard let value else {
            throw .invalidValue(text, type: type, allowed: Value.allCases.map(\.rawValue))
        }
        return value
    }

    private struct Body: Decodable {
        let interval: String
        let granularity: String?
        let metrics: [String]?
        let groupBy: [String]?
    }
}
