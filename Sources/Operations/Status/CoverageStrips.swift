package import Warehouse

/// The newest owed days of each source and dataset, one character a day: what is lacking is seen at a glance.
package struct CoverageStrips: CustomStringConvertible {
    /// What a day is shown as. Shapes differ, so that colour only helps.
    private struct Look {
        let letter: Character
        let word: String
        let sign: Character
        let plain: Character
        let colour: Terminal.Colour
    }

    private static let looks = [
        Look(letter: "C", word: "covered", sign: "█", plain: "#", colour: .green),
        Look(letter: "P", word: "provisional", sign: "▒", plain: "+", colour: .green),
        Look(letter: "G", word: "gap", sign: "·", plain: ".", colour: .yellow),
        Look(letter: "F", word: "failed", sign: "✗", plain: "X", colour: .red),
        Look(letter: "U", word: "unavailable", sign: "–", plain: "-", colour: .grey),
    ]
    /// Fewer days than this say nothing, however narrow the terminal is.
    private static let fewest = 7

    private let strips: [StatusReport.CoverageStrip]
    private let terminal: Terminal

    package init(_ strips: [StatusReport.CoverageStrip], on terminal: Terminal = .none) {
        self.strips = strips
        self.terminal = terminal
    }

    package var description: String {
        let names = strips.map { ("\($0.source)", "\($0.dataset)") }
        let widths = (names.map(\.0.columns).max() ?? 0, names.map(\.1.columns).max() ?? 0)
        // Two spaces, and the newest day behind the strip.
        let room = max(Self.fewest, terminal.columns - widths.0 - widths.1 - 4 - 12)
        let length = min(room, strips.map(\.states.count).max() ?? 0)
        let lines = strips.map { strip in
            let shown = strip.states.suffix(length)
            let indent = String(repeating: " ", count: length - shown.count)
            return "\(padded(strip.source, to: widths.0))  \(padded(strip.dataset, to: widths.1))  \(indent)"
                + painted(shown) + "  \(strip.lastDay)"
        }
        return (lines + [legend]).joined(separator: "\n")
    }

    /// Days in a row that look alike are painted in one go.
    private func painted(_ states: Substring) -> String {
        var text = ""
        var run: (look: Look, count: Int)?
        func end() {
            guard let run else { return }
            text += terminal.paint(String(repeating: character(of: run.look), count: run.count), run.look.colour)
        }
        for state in states {
            guard let look = Self.looks.first(where: { $0.letter == state }) else { continue }
            if run?.look.letter == look.letter {
                run?.count += 1
            } else {
                end()
                run = (look, 1)
            }
        }
        end()
        return text
    }

    private func character(of look: Look) -> Character {
        terminal.hasSigns ? look.sign : look.plain
    }

    /// Those that are shown, in the order of worth.
    private var legend: String {
        let used = Set(strips.flatMap(\.states))
        let words = Self.looks.filter { used.contains($0.letter) }.map { look in
            "\(terminal.paint(String(character(of: look)), look.colour)) \(look.word)"
        }
        return "(One character a day: \(words.joined(separator: ", ")).)"
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.columns))
    }
}
