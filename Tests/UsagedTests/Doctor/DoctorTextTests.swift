import Daemon
import Foundation
import Operations
import Testing
import UsagedConfiguration

/// The doctor's words, without anything to examine.
@Suite struct DoctorTextTests {
    private let report = DoctorReport(
        refused: .unreadable(file: "usaged.yaml", reason: "it cannot be read\nat all"),
        now: Date(timeIntervalSince1970: 0))

    @Test func `a file gets words, aligned, one finding a line with its remedy below`() {
        #expect(
            DoctorText(report).description == """
                FAULT    configuration    usaged.yaml: it cannot be read\\nat all
                         -> give the path of the file with --config PATH
                skipped  everything else  not examined: the configuration cannot be used

                1 fault, 0 warnings: a run would end with 78: bad configuration. Nothing was sent to any vendor.
                """)
    }

    @Test func `a terminal gets signs and colour`() {
        let terminal = Terminal(isTerminal: true, hasColour: true, hasSigns: true)
        let lines = DoctorText(report, on: terminal).description.split(separator: "\n")
        #expect(lines[0].hasPrefix("\u{1B}[31m✗\u{1B}[0m  configuration "))
        #expect(lines[1] == "   → give the path of the file with --config PATH")
        #expect(lines[2].hasPrefix("\u{1B}[90m–\u{1B}[0m  everything else"))
    }
}
