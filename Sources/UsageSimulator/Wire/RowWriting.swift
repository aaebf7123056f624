/// Writes the rows of an answer as JSON objects.
protocol RowWriting: Sendable {
    /// Appends one row.
    func append(_ tally: Tally, to bytes: inout [UInt8])
}

extension RowWriting {
    /// One row as the faults would have it; a duplicated one comes twice.
    func spoiled(_ tally: Tally, by faults: [RowFault]) -> [UInt8] {
        var row: [UInt8] = []
        append(tally, to: &row)
        var isDuplicated = false
        for fault in faults {
            switch fault.change {
            case .duplicate: isDuplicated = true
            case .set(let field, let json): row = replacing(field, with: json, in: row)
            case .remove(let field): row = replacing(field, with: nil, in: row)
            }
        }
        return isDuplicated ? row + [UInt8(ascii: ",")] + row : row
    }

    /// Splices one member, by text: only members that the writer wrote itself are looked for, and none contains another.
    private func replacing(_ field: String, with json: String?, in row: [UInt8]) -> [UInt8] {
        var members = splitMembers(row)
        members.removeAll { $0.starts(with: "\"\(field)\":".utf8) }
        if let json {
            members.append(Array("\"\(field)\":\(json)".utf8))
        }
        return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }

    private func splitMembers(_ row: [UInt8]) -> [[UInt8]] {
        var members: [[UInt8]] = [[]]
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in row.dropFirst().dropLast() {
            if byte == UInt8(ascii: ","), !isInText, depth == 0 {
                members.append([])
                continue
            }
            members[members.count - 1].append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText.toggle()
            } else if !isInText, byte == UInt8(ascii: "{") {
                depth += 1
            } else if !isInText, byte == UInt8(ascii: "}") {
                depth -= 1
            }
        }
        return members
    }
}

/// The keys of the counters in one answer, each with what stands behind it.
struct CounterColumns: Sendable {
    private let columns: [(key: [UInt8], metric: UsageQuery.Metric?)]

    /// - Parameters:
    ///   - selected: The counters that rows must tell.
    ///   - keys: What the answer calls each counter, in order. What is not among them is never told.
    ///   - unselected: How the others look.
    init(
        _ selected: Set<UsageQuery.Metric>,
        called keys: [(UsageQuery.Metric, String)],
        unselected: Script.UnselectedMetrics
    ) {
        columns = keys.compactMap { metric, name in
            let isSelected = selected.contains(metric)
            guard isSelected || unselected == .zero else { return nil }
            return (Array(",\"\(name)\":".utf8), isSelected ? metric : nil)
        }
    }

    func append(_ counts: World.Counts, to bytes: inout [UInt8]) {
        for column in columns {
            bytes += column.key
            bytes += String(column.metric?.count(in: counts) ?? 0).utf8
        }
    }
}
