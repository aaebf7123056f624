import FoundationEssentials

/// Everything that reads an execution (contract, section 2).
extension Exchange {
    mutating func resultsAnswer(_ state: inout Simulator.State) throws(APIError) -> Answer {
        let script = state.script
        ending = .gone
        guard let id = route.id, var execution = state.executions[id], execution.endpoint == endpoint,
            execution.clientID == route.clientID, script.readers == .everybody || execution.token == token
        else { throw .notFound }
        guard !execution.isForgotten(script, now: now) else { return try lateAnswer(script) }
        ending = nil
        execution.polls += 1
        state.executions[id] = execution
        guard execution.isComplete(script, now: now) else {
            let isQueued = endpoint.isOfJobs && execution.polls <= script.queuedPolls
            return statusAnswer(isQueued ? "Queued" : "Running", script)
        }
        execution.wasCompleted = true
        state.executions[id] = execution
        ending = .failed
        guard !execution.query.isToFail else { return statusAnswer("Failed", script) }
        ending = execution.pages.hasRow(at: 0) ? .complete : .empty
        if endpoint != .searchResults, !endpoint.isOfJobs { execution.pages.close() }
        let completeFault = endpoint.complete.flatMap { playedFault($0, &state) }
        if let completeFault {
            fault = fault ?? completeFault
            if let replacement = try replacement(by: completeFault, &state) {
                return replacement
            }
        }
        var answer = try completeAnswer(&execution, script, completeFault?.effect)
        state.executions[id] = execution
        if let completeFault {
            disturb(&answer, by: completeFault)
        }
        return answer
    }

    /// A query status and nothing else, but for what the knobs add.
    func statusAnswer(_ text: String, _ script: Script) -> Answer {
        var body = Array(#"{"queryStatus":"#.utf8) + JSONText.quoted(text)
        if endpoint == .searchResults, text == "Running", script.runningPages == .withCursor {
            body += Array(#","cursors":{"after":"#.utf8)
            body += JSONText.quoted(Cursor(place: 0).text(of: route.id ?? "", script.cursorForm)) + Array("}".utf8)
        }
        if endpoint.isOfJobs, text == "Failed", script.failedJobs == .explained {
            body += Array(#","errorBody":"#.utf8) + APIError.status(500).body(correlationID: correlationID)
        }
        body.append(UInt8(ascii: "}"))
        return Answer(status: endpoint.isOfJobs && script.jobsStatus == .accepted ? 202 : 200, body: .whole(body))
    }

    private func lateAnswer(_ script: Script) throws(APIError) -> Answer {
        switch script.lateReads {
        case .notFound: throw .notFound
        case .failed: return statusAnswer("Failed", script)
        case .empty:
            let body = endpoint.isOfJobs ? #"{"queryStatus":"Succeeded"}"# : #"{"results":[],"queryStatus":"Complete"}"#
            return Answer(status: 200, body: .whole(Array(body.utf8)))
        }
    }

    // MARK: Pages

    private func completeAnswer(
        _ execution: inout Execution,
        _ script: Script,
        _ effect: Fault.Effect?
    ) throws(APIError) -> Answer {
        var body = ResultsBody(execution: execution, script: script)
        guard endpoint == .searchResults || endpoint.isOfJobs else {
            return Answer(status: 200, body: .results(body))
        }
        let isSearch = endpoint == .searchResults
        let size = try pageSize(standard: isSearch ? script.searchPageSize : 100)
        let cursor = try cursor(of: execution.id, script)
        let limit = isSearch && script.rowLimitBehavior != .unlimited ? script.rowLimit : nil
        if script.rowLimitBehavior == .refused, let limit, execution.pages.hasRow(at: limit) {
            throw .malformed("The number of records is limited to \(limit) results.")
        }
        let page = execution.pages.page(
            at: cursor,
            size: size,
            limit: limit,
            tellsOfMore: script.rowLimitBehavior == .cutWithCursor,
            effect
        )
        if page.next == nil {
            execution.pages.close()
        }
        body.page = page.rows
        body.trailer =
            isSearch
            ? cursors(page.next, of: execution, script)
            : links(page.next, of: execution, size: size, script, isForeign: PageFault(effect) == .foreignHost)
        return Answer(status: 200, body: .results(body))
    }

    private func pageSize(standard: Int) throws(APIError) -> Int {
        guard let text = request.parameter("pageSize") else { return standard }
        guard let size = Int(text), (1...1_000).contains(size) else {
            throw .malformed("The page size [\(text)] does not lie between 1 and 1000.")
        }
        return size
    }

    private func cursor(of execution: String, _ script: Script) throws(APIError) -> Cursor {
        guard let text = request.parameter("after"), !text.isEmpty else { return Cursor(place: 0) }
        guard let cursor = Cursor(text, of: execution, script.cursorForm) else {
            throw .malformed("The cursor [\(text)] is not valid.")
        }
        guard !cursor.isDead else { throw .notFound }
        return cursor
    }

    private func cursors(_ next: Cursor?, of execution: Execution, _ script: Script) -> String {
        if let next {
            let text = JSONText.quoted(next.text(of: execution.id, script.cursorForm))
            return #","cursors":{"after":\#(String(decoding: text, as: UTF8.self))}"#
        }
        return switch script.endOfCursors {
        case .absent: ""
        case .emptyObject: #","cursors":{}"#
        case .emptyText: #","cursors":{"after":""}"#
        case .null: #","cursors":{"after":null}"#
        }
    }

    private func links(_ next: Cursor?, of execution: Execution, size: Int, _ script: Script, isForeign: Bool) -> String
    {
        let own = execution.resultsURI
        var links = ""
        if let next {
            let host = isForeign ? "https://api.elsewhere.invalid" : ""
            let query = "after=\(next.encodedText(of: execution.id, script.cursorForm))&pageSize=\(size)"
            links += #","nextUri":"\#(host)\#(own)?\#(query)""#
        }
        return links + #","selfUri":"\#(own)""#
    }
}

extension RowPages {
    /// One page and what comes after it, as a fault would have it.
    ///
    /// - Parameters:
    ///   - cursor: Where the page begins.
    ///   - size: How many rows it has at most.
    ///   - limit: No row from this place on is served.
    ///   - tellsOfMore: Whether the page that ends at the limit has a cursor nevertheless.
    ///   - effect: What goes wrong.
    /// - Returns: The rows, and the cursor of the next page; nil at the end.
    fileprivate mutating func page(
        at cursor: Cursor,
        size: Int,
        limit: Int?,
        tellsOfMore: Bool,
        _ effect: Fault.Effect?
    ) -> (rows: [Tally], next: Cursor?) {
        let end = limit ?? .max
        var rows = rows(from: cursor.place, count: min(size, end - cursor.place))
        if case .cap(let most) = effect, most < rows.count {
            return (Array(rows.prefix(most)), nil)
        }
        let fault = PageFault(effect)
        if fault == .short {
            rows = Array(rows.prefix(max(1, rows.count / 2)))
        }
        let following = cursor.place + rows.count
        let isBeforeEnd = following < end || (tellsOfMore && !rows.isEmpty)
        let hasMore = isBeforeEnd && hasRow(at: following)
        let regular = hasMore ? Cursor(place: following, spelling: cursor.spelling) : nil
        switch fault {
        case nil, .short, .foreignHost:
            return (rows, regular)
        case .sameCursor:
            return (rows, cursor)
        case .repeated:
            return (rows, Cursor(place: cursor.place, spelling: cursor.spelling + 1))
        case .endless:
            return (rows, Cursor(place: following, spelling: cursor.spelling + 1))
        case .loop:
            return (rows, regular ?? Cursor(place: 0, spelling: cursor.spelling + 1))
        case .skipping:
            let place = following + size
            return (rows, hasMore && place < end && hasRow(at: place) ? Cursor(place: place) : nil)
        case .overlapping:
            return (rows, regular.map { Cursor(place: $0.place - 1, spelling: $0.spelling + 1) })
        case .deadCursor:
            return (rows, Cursor(place: following, isDead: true))
        }
    }
}
