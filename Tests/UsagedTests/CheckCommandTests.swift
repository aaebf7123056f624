import Foundation
import TestSupport
import Testing
import UsageSimulator

/// `usaged check --probe-infodeck`; a probe asks once a second, and so takes some.
@Suite(.database, .timeLimit(.minutes(30)))
struct CheckCommandTests {
    private static let arguments = ["check", "--probe-infodeck", "tower", "--day", "2025-06-02"]

    private static func with(_ body: @Sendable (Installation) async throws -> Void) async throws {
        try await Installation.with(World(seed: 50, size: .init(rowsADay: 1))) { usaged in
            try usaged.configureEverything(since: World.Day(2025, 1, 1))
            try await body(usaged)
        }
    }

    @Test func `a probe prints four comparisons and ends with 0`() async throws {
        try await Self.with { usaged in
            let finished = try await usaged.usaged(Self.arguments)
            #expect(finished.code == 0, "\(finished.log)")
            let lines = finished.output.split(separator: "\n")
            #expect(lines.first == "tower, 2025-06-02 in Asia/Taipei:")
            #expect(lines.count { $0.hasPrefix("holds  ") } == 4, "\(finished.output)")
            #expect(lines.last == "The API understands ranges of time as expected.")
            #expect(usaged.simulator.infodeck.entries.count { $0.endpoint == .usage } == 6)
            #expect(try await usaged.storedChannels() == [])
        }
    }

    @Test func `a comparison that does not hold ends with 75 and is named`() async throws {
        try await Self.with { usaged in
            usaged.simulator.infodeck.rewrite { $0.buckets = .utcDays }
            let finished = try await usaged.usaged(Self.arguments)
            #expect(finished.code == 75, "\(finished.log)")
            #expect(finished.output.contains("FAILS  its two halves add up to it"), "\(finished.output)")
            #expect(finished.output.contains("its units must not be published"))
        }
    }

    @Test func `a source that is none of Infodeck ends with 64 and says which are`() async throws {
        try await Self.with { usaged in
            for name in ["acme", "towr"] {
                let finished = try await usaged.usaged("check", "--probe-infodeck", name, "--day", "2025-06-02")
                #expect(finished.code == 64)
                #expect(finished.log.contains("the sources of kind infodeck are tower"), "\(finished.log)")
            }
            #expect(usaged.simulator.infodeck.entries.isEmpty)
        }
    }

    @Test func `a day that is not over or no day ends with 64`() async throws {
        try await Self.with { usaged in
            let today = World.Day(containing: Date().addingTimeInterval(8 * 3_600))
            for day in ["\(today)", "\(today.advanced(by: 1))", "9999-12-31", "2025-02-30"] {
                let finished = try await usaged.usaged("check", "--probe-infodeck", "tower", "--day", day)
                #expect(finished.code == 64, "\(finished.log)")
                #expect(finished.log.contains(day))
            }
            #expect(usaged.simulator.infodeck.entries.allSatisfy { $0.endpoint == .organization })
        }
    }

    @Test func `a key that is refused ends with 77, and is shown nowhere`() async throws {
        try await Self.with { usaged in
            let finished = try await usaged.usaged(Self.arguments, key: "idt_live_wrongS3cr3t")
            #expect(finished.code == 77, "\(finished.log)")
            #expect(finished.log.contains("check api-key"), "\(finished.log)")
            #expect(!(finished.log + finished.output).contains("wrongS3cr3t"))
        }
    }

    @Test func `a key that is nowhere ends with 77 and says where it was looked for`() async throws {
        try await Self.with { usaged in
            try usaged.configureEverything(since: World.Day(2025, 1, 1)) {
                $0.replacing("{env: TOWER_KEY}", with: "{env: NOT_SET_ANYWHERE}")
            }
            let finished = try await usaged.usaged(Self.arguments)
            #expect(finished.code == 77, "\(finished.log)")
            #expect(finished.log.contains("NOT_SET_ANYWHERE"))
        }
    }

    @Test(arguments: [(404, Int32(77)), (503, 69)])
    func `an API that does not answer the probe is no defect of usaged`(status: Int, code: Int32) async throws {
        try await Self.with { usaged in
            usaged.simulator.infodeck.rewrite { script in
                script.faults = [InfodeckFault(.usage, .status(status, headers: [("Retry-After", "3600")]))]
            }
            let finished = try await usaged.usaged(Self.arguments)
            #expect(finished.code == code, "\(finished.log)")
            #expect(finished.log.contains("\(status)"))
        }
    }
}
