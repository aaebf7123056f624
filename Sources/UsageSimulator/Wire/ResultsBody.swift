/// The body of a complete answer, written batch by batch, so that a million rows need no more memory than a few thousand.
struct ResultsBody: Sendable {
    let execution: Execution
    /// The answer ends silently after so many rows.
    var rowCap: Int?
    /// Rows to spoil, each on the way out.
    var rowFaults: [RowFault] = []
    var unselectedMetrics = Script.UnselectedMetrics.zero
    var statusComesFirst = false

    /// Writes the body in pieces of some 100 kB.
    @concurrent
    func write(to sink: @concurrent (_ piece: [UInt8]) async throws -> Void) async throws {
        let status = #""queryStatus":"Complete""#
        try await sink(Array((statusComesFirst ? "{\(status),\"results\":[" : "{\"results\":[").utf8))
        var rowNumber = 0
        if let days = execution.days {
            let encoder = RowEncoder(
                world: execution.world,
                query: execution.query,
                unselectedMetrics: unselectedMetrics
            )
            let batches = execution.world.tallies(
                on: days,
                groupedBy: execution.query.grouping,
                granularity: execution.query.granularity
            )
            for batch in batches {
                let wanted = batch.prefix((rowCap ?? .max) - rowNumber)
                for part in wanted.chunks(of: 256) {
                    try await sink(encode(part, rowNumber: &rowNumber, with: encoder))
                }
                if wanted.count < batch.count { break }
            }
        }
        try await sink(Array((statusComesFirst ? "]}" : "],\(status)}").utf8))
    }

    private func encode(_ tallies: ArraySlice<Tally>, rowNumber: inout Int, with encoder: RowEncoder) -> [UInt8] {
        var piece: [UInt8] = []
        piece.reserveCapacity(tallies.count * 400)
        for tally in tallies {
            if rowNumber > 0 { piece.append(UInt8(ascii: ",")) }
            let faults = rowFaults.filter { $0.row == rowNumber }
            if faults.isEmpty {
                encoder.append(tally, to: &piece)
            } else {
                piece += encoder.spoiled(tally, by: faults)
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
