/// Columns aligned with spaces, under a line of titles.
package struct TextTable: CustomStringConvertible, Sendable {
    private var lines: [[String]]

    package init(_ titles: [String]) {
        lines = [titles]
    }

    package mutating func add(_ cells: [String]) {
        lines.append(cells)
    }

    package var description: String {
        let columns = lines.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            lines.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += cell
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }.joined(separator: "\n")
    }
}
