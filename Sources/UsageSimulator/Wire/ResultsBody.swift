/// The body of a complete answer, written batch by batch, so that a million rows need no more memory than a few thousand.
struct ResultsBody: Sendable {
    let execution: Execution
    let script: Script
    /// The rows of a page; nil for all rows of the execution.
    var page: [Tally]?
    /// The JSON members that follow the rows, each with a comma before it.
    var trailer = ""
    /// The answer ends silently after so many rows.
    var rowCap: Int?
    /// Rows to spoil, each on the way out.
    var rowFaults: [RowFault] = []

    /// Writes the body in pieces of some 100 kB.
    @concurrent
    func write(to sink: @concurrent (_ piece: [UInt8]) async throws -> Void) async throws {
        let isOfJobs = execution.endpoint.isOfJobs
        let status = isOfJobs ? #""queryStatus":"Succeeded""# : #""queryStatus":"Complete""#
        let rows = isOfJobs ? #""entities":["# : #""results":["#
        let comesFirst = isOfJobs || script.statusComesFirst
        try await sink(Array((comesFirst ? "{\(status),\(rows)" : "{\(rows)").utf8))
        if isOfJobs {
            try await writeRows(with: JobRowEncoder(execution, script: script), to: sink)
        } else {
            try await writeRows(with: RowEncoder(execution, script: script), to: sink)
        }
        try await sink(Array((comesFirst ? "]\(trailer)}" : "],\(status)\(trailer)}").utf8))
    }

    @concurrent
    private func writeRows(
        with writer: some RowWriting,
        to sink: @concurrent (_ piece: [UInt8]) async throws -> Void
    ) async throws {
        var rowNumber = 0
        if let page {
            for part in page.prefix(rowCap ?? .max).chunks(of: 256) {
                try await sink(encode(part, rowNumber: &rowNumber, with: writer))
            }
        } else if let days = execution.query.question.days {
            for batch in execution.world.tallies(on: days, answering: execution.query.question) {
                let wanted = batch.prefix((rowCap ?? .max) - rowNumber)
                for part in wanted.chunks(of: 256) {
                    try await sink(encode(part, rowNumber: &rowNumber, with: writer))
                }
                if wanted.count < batch.count { break }
            }
        }
    }

    private func encode(_ tallies: ArraySlice<Tally>, rowNumber: inout Int, with writer: some RowWriting) -> [UInt8] {
        var piece: [UInt8] = []
        piece.reserveCapacity(tallies.count * 400)
        for tally in tallies {
            if rowNumber > 0 { piece.append(UInt8(ascii: ",")) }
            let faults = rowFaults.filter { $0.row == rowNumber }
            if faults.isEmpty {
                writer.append(tally, to: &piece)
            } else {
                piece += writer.spoiled(tally, by: faults)
            }
            rowNumber += 1
        }
        return piece
    }
}

extension ArraySlice {
    /// The slice in parts of a given length; the last may be shorter.
    fileprivate func chunks(of length: Int) -> some Sequence<ArraySlice> {
        sequence(state: self) { rest -> ArraySlice? in
            guard !rest.isEmpty else { return nil }
            let part = rest.prefix(length)
            rest = rest.dropFirst(length)
            return part
        }
    }
}
