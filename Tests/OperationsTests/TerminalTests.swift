import Operations
import Testing

@Suite struct TerminalTests {
    private static let usual = ["TERM": "xterm-256color", "LANG": "en_US.UTF-8"]

    @Test(arguments: [
        (usual, true, true, true),
        (usual, false, false, false),
        (usual.merging(["NO_COLOR": "1"]) { $1 }, true, false, true),
        (usual.merging(["NO_COLOR": ""]) { $1 }, true, true, true),
        (usual.merging(["TERM": "dumb"]) { $1 }, true, false, false),
        (["LANG": "en_US.UTF-8"], true, false, false),
        (["TERM": "xterm"], true, true, false),
        (usual.merging(["LC_ALL": "C"]) { $1 }, true, true, false),
        (["TERM": "xterm", "LC_CTYPE": "de_DE.utf8"], true, true, true),
    ])
    func `colour and signs are left out where they would disturb`(
        environment: [String: String], isTerminal: Bool, hasColour: Bool, hasSigns: Bool
    ) {
        let terminal = Terminal(environment: environment, isTerminal: isTerminal, columns: nil)
        #expect(terminal.hasColour == hasColour)
        #expect(terminal.hasSigns == hasSigns)
        #expect(terminal.paint("x", .red) == (hasColour ? "\u{1B}[31mx\u{1B}[0m" : "x"))
    }

    @Test func `the width is the terminal's, else that of COLUMNS, else 80`() {
        func columns(_ environment: [String: String], _ stated: Int?) -> Int {
            Terminal(environment: environment, isTerminal: true, columns: stated).columns
        }
        #expect(columns(["COLUMNS": "100"], 120) == 120)
        #expect(columns(["COLUMNS": "100"], nil) == 100)
        #expect(columns(["COLUMNS": "0"], nil) == 80)
        #expect(columns([:], nil) == 80)
    }
}
