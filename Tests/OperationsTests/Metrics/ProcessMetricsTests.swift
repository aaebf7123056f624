import Foundation
import Operations
import Testing

@Suite struct ProcessMetricsTests {
    /// What the unit leaves of /proc (`ProcSubset=pid`): the processes, and nothing of the machine.
    @Test func `nothing but the folder of the process itself is needed`() throws {
        let proc = FileManager.default.temporaryDirectory.appending(path: "usaged-proc-\(UUID())")
        try FileManager.default.createDirectory(at: proc, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: proc) }
        try FileManager.default.createSymbolicLink(
            atPath: proc.appending(path: "self").path, withDestinationPath: "/proc/\(getpid())")
        let parsed = try ParsedMetrics(MetricFamily.text(of: ProcessMetrics(proc: proc.path).families))
        #expect(
            Set(parsed.kinds.keys) == [
                "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                "process_start_time_seconds",
            ])
    }

    @Test func `the process began when the kernel says`() throws {
        let parsed = try ParsedMetrics(MetricFamily.text(of: ProcessMetrics().families))
        let start = try #require(parsed.value("process_start_time_seconds"))
        // When the kernel began, in whole seconds, and the process after that.
        let stat = try String(contentsOfFile: "/proc/stat", encoding: .utf8)
        let boot = try #require(stat.firstMatch(of: /\nbtime (\d+)\n/).flatMap { Double($0.1) })
        let own = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        let ticks = try #require(own.split(separator: ") ").last?.split(separator: " ").dropFirst(19).first)
        let expected = boot + (try #require(Double(ticks))) / Double(sysconf(Int32(_SC_CLK_TCK)))
        #expect(abs(start - expected) < 5)
    }
}
