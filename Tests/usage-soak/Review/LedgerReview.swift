import FoundationEssentials
import UsageSimulator

/// What the vendor's ledger says against the daemon: queries that were submitted needlessly, and 429s that it brought
/// upon itself.
///
/// A submission counts when the vendor accepted it, that is, made an execution. Two of the same question (endpoint, path
/// and body, which holds the days asked for) on the same simulated day are one too many, unless the first of them had come
/// to nothing before the second was sent. That is excused by name:
///
/// - *answer lost*: the answer with the execution's id was spoiled by a fault, so nobody ever learned the id;
/// - *id lost*: the daemon was killed, or PostgreSQL was away, after the submission arrived and before the execution was
///   first asked after: the id was received and not stored;
/// - *failed*, *gone*: the vendor said so of the execution when it was last asked after;
/// - *expired*: the answer was not stored yet, or did not arrive whole, and the second comes later than the vendor keeps
///   executions;
/// - *bad answer*: the complete answer was spoiled by a fault that shows in its rows, or in those of the page that its
///   cursor led to, so the policy asks again;
/// - *empty after restart*: the execution was taken up again by another life of the daemon and told no row, which may
///   mean that the vendor had dropped them.
///
/// Everything else is needless. A 429 is brought upon oneself when no fault of the script played it.
struct LedgerReview: Sendable {
    struct Result: Sendable {
        var submissions = 0
        var questions = 0
        /// Second submissions that are excused, by why.
        var excused: [String: Int] = [:]
        /// Those that are not, with the first one's number in the ledger.
        var needless: [String] = []
        /// Times of 429s that no fault played.
        var selfInflicted: [Date] = []
        /// Faults that were met, by kind.
        var faults: [String: Int] = [:]

        var isClean: Bool { needless.isEmpty && selfInflicted.isEmpty }
    }

    private struct Question: Hashable {
        let path, body: String
        let day: World.Day
    }

    let simulator: Simulator
    let mishaps: [Mishaps.Mishap]

    func perform() -> Result {
        var result = Result()
        let entries = simulator.ledger.entries
        var questions: [Question: [Ledger.Entry]] = [:]
        var readings: [String: [Ledger.Entry]] = [:]
        for entry in entries {
            if let fault = entry.fault { result.faults[Self.kind(of: fault), default: 0] += 1 }
            if entry.status == 429, entry.fault == nil { result.selfInflicted.append(entry.time) }
            guard let execution = entry.execution else { continue }
            if entry.endpoint.complete != nil {
                readings[execution, default: []].append(entry)
            } else {
                result.submissions += 1
                let question = Question(
                    path: entry.path + "?" + entry.query, body: entry.body, day: World.Day(containing: entry.time))
                questions[question, default: []].append(entry)
            }
        }
        result.questions = questions.count
        let repeated = questions.values.filter { $0.count > 1 }.sorted { $0[0].number < $1[0].number }
        for submissions in repeated {
            for (first, second) in zip(submissions, submissions.dropFirst()) {
                // What was read after the second was sent is no reason for it.
                let known = (readings[first.execution ?? ""] ?? []).filter { $0.number < second.number }
                if let excuse = excuse(for: second, after: first, known) {
                    result.excused[excuse, default: 0] += 1
                } else {
                    result.needless.append(Self.description(first, second, known))
                }
            }
        }
        return result
    }

    private func excuse(for second: Ledger.Entry, after first: Ledger.Entry, _ readings: [Ledger.Entry]) -> String? {
        if first.fault != nil { return "answer lost" }
        let isLate =
            second.time.timeIntervalSince(first.time) >= simulator.script.executionLifetime / .seconds(1)
        let isDisturbed = isDisturbed(from: first.time, to: second.time)
        guard let last = readings.last else { return isLate ? "expired" : isDisturbed ? "id lost" : nil }
        switch last.ending {
        case .failed: return "failed"
        case .gone: return "gone"
        case .complete, .empty:
            if let fault = last.fault, Self.isOfRows(fault) { return "bad answer" }
            // A page's fault may be in its cursor, and shows on the next one.
            if readings.dropLast().last?.fault.map(Self.kind)?.hasPrefix("page:") == true { return "bad answer" }
            if let fault = last.fault, Self.isOfDelivery(fault), isLate { return "expired" }
            guard isDisturbed else { return nil }
            // The answer was there, and a mishap came before it was stored.
            if isLate { return "expired" }
            return last.ending == .empty ? "empty after restart" : nil
        case nil:
            return isLate ? "expired" : nil
        }
    }

    private func isDisturbed(from start: Date, to end: Date) -> Bool {
        // What a process had sent arrives, and is answered, a moment after it was killed.
        let moment = 0.25 * (simulator.clock?.time.pace ?? 1)
        return mishaps.contains { $0.ended.addingTimeInterval(moment) >= start && $0.began <= end }
    }

    /// `503` of `results#17=503,retry-after:3`.
    private static func kind(of fault: String) -> String {
        let effect = fault.split(separator: "=", maxSplits: 1).last.map(String.init) ?? fault
        return effect.hasPrefix("page") ? effect : String(effect.prefix { $0 != ":" && $0 != "," && $0 != "@" })
    }

    private static func isOfRows(_ fault: String) -> Bool {
        let kind = kind(of: fault)
        return kind == "row" || kind == "truncate" || kind.hasPrefix("page:")
    }

    /// Whether a complete answer may not have reached the daemon.
    private static func isOfDelivery(_ fault: String) -> Bool {
        ["cut", "stall", "drip", "delay", "hang", "reset"].contains(kind(of: fault))
    }

    private static func description(
        _ first: Ledger.Entry, _ second: Ledger.Entry, _ readings: [Ledger.Entry]
    ) -> String {
        let read = readings.map { "\($0.number):\($0.status ?? 0)\($0.fault.map { " (\($0))" } ?? "")" }
        return
            "\(first.number) at \(first.time) and \(second.number) at \(second.time): \(first.path) \(first.body); read: "
            + read.joined(separator: ", ")
    }
}
