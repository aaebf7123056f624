import Transport
import UsageDomain

/// Carries out the searches of one day, divides those that reach the cap, and proves the whole.
struct DaySearch<Sink: UsageRowSink> {
    /// What is known of the day from its organization query.
    private enum Knowledge {
        case notAsked
        case planner(SearchPlanner)
        /// The query gives no answer that could be used, for the reason given.
        case unavailable(String)
    }

    /// How a search ended.
    private enum Ending {
        case whole(Answer, SearchRows)
        case cut(Answer, SearchRows)
        /// It was refused in a way that says no more than that it may be too large.
        case refused(GenesysCloudError)
    }

    private let source: GenesysCloudSource
    private let window: Window
    private let limits: SearchLimits
    private let sink: Sink
    private let recorder: ExecutionRecorder
    private let tally = RequestTally()

    private var knowledge = Knowledge.notAsked
    private var searches = 0
    /// Whether the day was searched in parts, or looks as if something was dropped at its end: its rows count for whole
    /// only if the organization query says the same.
    private var needsProof = false
    private var sums = SumsByName()
    private var rows: Int64 = 0
    /// Of the searches whose rows were handed over.
    private var submissions: [SubmissionID] = []
    /// Of the organization query.
    private var proof: SubmissionID?
    private var sharedNames: Set<String> = []
    private var unknownFields: [String: Int] = [:]
    /// Searches that reached the cap and cannot be divided.
    private var indivisible: [SearchFilter] = []

    /// - Parameters:
    ///   - source: the account that is asked.
    ///   - window: one day.
    ///   - limits: the sizes to plan by.
    ///   - sink: takes the rows, search by search.
    ///   - recorder: is told of each submission.
    init(
        source: GenesysCloudSource,
        window: Window,
        limits: SearchLimits,
        sink: Sink,
        recorder: ExecutionRecorder
    ) {
        precondition(window.days.count == 1)
        self.source = source
        self.window = window
        self.limits = limits
        self.sink = sink
        self.recorder = recorder
    }

    /// Searches until every part of the day is whole, or cannot be divided any more.
    mutating func fetch(expectedRows: Int64?) async throws -> FetchReport {
        var waiting = try await firstSearches(expectedRows ?? 0)
        needsProof = waiting.count > 1
        while let filter = waiting.popLast() {
            switch try await search(filter) {
            case .whole(let answer, let found):
                try take(answer, found)
                // As an execution could look whose results were dropped between two pages (contract, section 2).
                if answer.endsEmpty { needsProof = true }
            case .cut(let answer, let found):
                let parts = try await parts(of: filter, having: found)
                if parts.isEmpty {
                    indivisible.append(filter)
                    try take(answer, found)
                } else {
                    try await recorder.ended(answer.submission, .abandoned)
                    divide(into: parts, &waiting)
                }
            case .refused(let error):
                divide(into: try await parts(of: filter, refusedBy: error), &waiting)
            }
        }
        if needsProof { try await learn() }
        return report()
    }

    private mutating func divide(into parts: [SearchFilter], _ waiting: inout [SearchFilter]) {
        needsProof = true
        waiting += parts.reversed()
    }

    // MARK: - Planning

    private mutating func firstSearches(_ expectedRows: Int64) async throws -> [SearchFilter] {
        guard expectedRows >= limits.target else { return [.everything] }
        try await learn()
        switch knowledge {
        case .planner(let planner): return planner.searches().reversed()
        case .unavailable where expectedRows >= limits.cap: return SearchPlanner.blind.reversed()
        case .unavailable, .notAsked: return [.everything]
        }
    }

    /// What to search instead of a search that was cut; empty when nothing is left to divide by.
    private mutating func parts(of filter: SearchFilter, having found: SearchRows) async throws -> [SearchFilter] {
        try await learn()
        switch knowledge {
        case .planner(var planner):
            // Held once, or including would copy the day.
            knowledge = .notAsked
            // Filters only include: what was seen and is not asked for again would vanish.
            planner.day.include(found.rows)
            knowledge = .planner(planner)
            return planner.parts(of: filter)
        case .unavailable, .notAsked: return filter == .everything ? SearchPlanner.blind : []
        }
    }

    /// What to search instead of a search whose results are refused, provided that it should reach the cap by what is
    /// known of the day. How a search beyond the cap answers is not documented (contract, section 10).
    private mutating func parts(
        of filter: SearchFilter,
        refusedBy error: GenesysCloudError
    ) async throws -> [SearchFilter] {
        try await learn()
        if case .planner(let planner) = knowledge, planner.day.cells(admittedBy: filter).count > limits.target {
            let parts = planner.parts(of: filter)
            if !parts.isEmpty { return parts }
        }
        var error = error
        error.requests = tally.requests
        throw error
    }

    /// Asks the organization query, once.
    private mutating func learn() async throws {
        guard case .notAsked = knowledge else { return }
        let counted = KnownDayRows()
        do {
            let answer = try await source.answer(
                to: KnownDayQuery(window), into: counted, recorder: recorder, tally: tally)
            proof = answer.submission
            unknownFields.merge(answer.unknownFields, uniquingKeysWith: +)
            knowledge = .planner(SearchPlanner(day: counted.day, limits: limits))
        } catch let error as GenesysCloudError where error.kind == .refused || error.kind == .badAnswer {
            // Whoever may search need not be allowed to query the organization: that alone must not keep the day away.
            knowledge = .unavailable(error.description)
        }
    }

    // MARK: - Searching

    private mutating func search(_ filter: SearchFilter) async throws -> Ending {
        let search = SimpleSearch(window, filter)
        try count(search)
        let found = SearchRows(limits: limits)
        do {
            let answer = try await source.answer(to: search, into: found, recorder: recorder, tally: tally)
            unknownFields.merge(answer.unknownFields, uniquingKeysWith: +)
            return found.isCut ? .cut(answer, found) : .whole(answer, found)
        } catch let error as GenesysCloudError {
            guard case .results = error.step, case .exchange(let failure) = error.reason, failure.status == 400 else {
                throw error
            }
            return .refused(error)
        }
    }

    /// Gives up when searches do not get smaller however the day is divided: an answer without end is behind that.
    private mutating func count(_ search: SimpleSearch) throws {
        searches += 1
        guard case .planner(let planner) = knowledge else { return }
        let most = limits.mostSearches(rows: planner.day.cells.count)
        guard searches <= most else {
            let problem =
                "after \(most) searches parts of the day still reach the cap of \(limits.cap) rows, "
                + "though its organization query has \(planner.day.cells.count)"
            throw GenesysCloudError(
                .wrongAnswer(problem), step: .submit(search.query), requests: tally.requests)
        }
    }

    private mutating func take(_ answer: Answer, _ found: SearchRows) throws {
        for row in found.rows {
            try sink.append(row)
            sums.add(row.counts, of: row.clientName)
        }
        try sink.keep()
        rows += Int64(found.rows.count)
        sharedNames.formUnion(found.sharedNames)
        submissions.append(answer.submission)
    }

    // MARK: - Reporting

    private mutating func report() -> FetchReport {
        var isProven = false
        var doubts: [String] = []
        if let first = indivisible.first {
            let others = indivisible.count > 1 ? " and in \(indivisible.count - 1) other parts of the day" : ""
            doubts.append("the cap of \(limits.cap) rows is reached in \(first)\(others), which cannot be divided")
        }
        switch knowledge {
        case .planner(let planner):
            if let difference = sums.difference(from: planner.day.sums) {
                doubts.append("the searches of the day differ from its organization query: \(difference)")
            }
            isProven = doubts.isEmpty
        case .unavailable(let reason) where needsProof:
            doubts.append("the searches of the day could not be compared with its organization query: \(reason)")
        case .unavailable, .notAsked: break
        }
        submissions.sort()
        var report = FetchReport(
            submission: submissions[0],
            rows: rows,
            requests: tally.requests,
            unknownFields: unknownFields,
            doubt: doubts.isEmpty ? nil : doubts.joined(separator: "; ")
        )
        report.parts = submissions.dropFirst() + (proof.map { [$0] } ?? [])
        report.sharedNames = sharedNames
        report.isProvenByTotals = isProven
        return report
    }
}
