/// Columns aligned with spaces, under a line of titles. One row is one line, whatever its cells hold.
package struct TextTable: CustomStringConvertible, Sendable {
    /// Whether a cell was too long to be shown whole.
    package private(set) var isCut = false
    private let widestCell: Int
    private var lines: [[String]]

    /// - Parameters:
    ///   - titles: the first line.
    ///   - widestCell: how many columns of the terminal a cell may take; what is longer ends with `…`.
    package init(_ titles: [String], widestCell: Int = .max) {
        self.widestCell = widestCell
        lines = [titles]
    }

    package mutating func add(_ cells: [String]) {
        let whole = cells.map(\.onOneLine)
        let shown = whole.map { $0.cut(toColumns: widestCell) }
        if shown != whole { isCut = true }
        lines.append(shown)
    }

    package var description: String {
        let widths = widths
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += cell
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.columns + 2)
                }
            }
            return line
        }.joined(separator: "\n")
    }

    private var widths: [Int] {
        (0..<(lines.map(\.count).max() ?? 0)).map { column in
            lines.map { $0.indices.contains(column) ? $0[column].columns : 0 }.max() ?? 0
        }
    }
}
