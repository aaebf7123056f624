import FoundationEssentials
import Glibc

/// What the kernel says of this process (proc(5)), under the names that Prometheus' own clients use.
package struct ProcessMetrics: Sendable {
    private let startTime: Double?

    package init() {
        startTime = Self.startTime()
    }

    /// The metrics as they are now. What the kernel does not tell is left out.
    package var families: [MetricFamily] {
        var memory = MetricFamily("process_resident_memory_bytes", .gauge, "Resident memory.")
        if let pages = Self.text("/proc/self/statm").flatMap({ Self.number($0.split(separator: " "), at: 1) }) {
            memory.set(pages * Self.pageSize)
        }
        var processor = MetricFamily("process_cpu_seconds_total", .counter, "Processor time spent, user and system.")
        let fields = Self.fields()
        if let user = Self.number(fields, at: 11), let system = Self.number(fields, at: 12) {
            processor.set(.number(Double(user + system) / Self.ticksASecond))
        }
        var descriptors = MetricFamily("process_open_fds", .gauge, "Open file descriptors.")
        if let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
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

    /// The kernel counts from its own start, which `/proc/stat` tells.
    private static func startTime() -> Double? {
        guard let ticks = number(fields(), at: 19),
            let boot = text("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let began = Double(boot.dropFirst("btime ".count))
        else { return nil }
        return began + Double(ticks) / ticksASecond
    }

    /// The fields of `/proc/self/stat` from the third on, for the second, the name, may hold anything.
    private static func fields() -> [Substring] {
        guard let stat = text("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return [] }
        return stat[stat.index(after: end)...].split(separator: " ")
    }

    private static func number(_ fields: [Substring], at index: Int) -> Int64? {
        fields.indices.contains(index) ? Int64(fields[index].filter { $0 != "\n" }) : nil
    }

    private static func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
