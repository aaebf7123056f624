import FoundationEssentials
import Glibc

/// What the kernel says of this process (proc(5)), under the names that Prometheus' own clients use.
package struct ProcessMetrics: Sendable {
    private let folder: String
    private let startTime: Double?

    /// - Parameter proc: where the kernel tells of processes. Of this folder only what concerns this process is read, for
    ///   the unit hides all else (systemd.exec(5), `ProcSubset=pid`).
    package init(proc: String = "/proc") {
        folder = "\(proc)/self"
        startTime = Self.startTime(Self.fields(in: folder))
    }

    /// The metrics as they are now. What the kernel does not tell is left out.
    package var families: [MetricFamily] {
        var memory = MetricFamily("process_resident_memory_bytes", .gauge, "Resident memory.")
        if let pages = Self.text("\(folder)/statm").flatMap({ Self.number($0.split(separator: " "), at: 1) }) {
            memory.set(pages * Self.pageSize)
        }
        var processor = MetricFamily("process_cpu_seconds_total", .counter, "Processor time spent, user and system.")
        let fields = Self.fields(in: folder)
        if let user = Self.number(fields, at: 11), let system = Self.number(fields, at: 12) {
            processor.set(.number(Double(user + system) / Self.ticksASecond))
        }
        var descriptors = MetricFamily("process_open_fds", .gauge, "Open file descriptors.")
        if let entries = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd") {
            // One of them lists the others.
            descriptors.set(entries.count - 1)
        }
        var most = MetricFamily("process_max_fds", .gauge, "File descriptors that may be open at most.")
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { most.set(limit.rlim_cur) }
        var start = MetricFamily("process_start_time_seconds", .gauge, "When the process began.")
        if let startTime { start.set(.number(startTime)) }
        return [memory, processor, descriptors, most, start]
    }

    private static let pageSize = Int64(max(sysconf(Int32(_SC_PAGESIZE)), 1))
    private static let ticksASecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))

    private static func startTime(_ fields: [Substring]) -> Double? {
        guard let ticks = number(fields, at: 19), let kernelStart else { return nil }
        return kernelStart + Double(ticks) / ticksASecond
    }

    /// What the kernel counts from: as long ago as its clock says, which began at 0 then. `/proc/stat` would tell it, too,
    /// but is hidden from the daemon. Asked once, for the clock is adjusted now and then, and one process begins but once.
    private static let kernelStart: Double? = {
        guard let now = seconds(of: CLOCK_REALTIME), let since = seconds(of: CLOCK_BOOTTIME) else { return nil }
        return now - since
    }()

    private static func seconds(of clock: clockid_t) -> Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The fields of `stat` from the third on, for the second, the name, may hold anything.
    private static func fields(in folder: String) -> [Substring] {
        guard let stat = text("\(folder)/stat"), let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }

    private static func number(_ fields: [Substring], at index: Int) -> Int64? {
        fields.indices.contains(index) ? Int64(fields[index].filter { $0 != "\n" }) : nil
    }

    private static func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
