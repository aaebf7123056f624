import Operations
import UsagedConfiguration
import Warehouse

/// The folder in which large answers wait: whether it can be written, and how much.
struct SpoolExamination {
    /// More than quotas, limits and file systems give that are as good as full.
    private static let proof = 1 << 20

    private let spool: Spool

    init(_ spool: Spool) {
        self.spool = spool
    }

    func findings() -> [Finding] {
        let folder = SpoolFolder(spool.directory)
        do {
            try folder.prepare()
        } catch {
            return [
                .fault(
                    "spool", "the folder \(spool.directory) cannot be written: \(reason(error))",
                    remedy: "make it, writable by the user who runs usaged, or name another one (spool.directory)",
                    .command(.badConfiguration)),
                .skipped("spool.room", because: "its folder cannot be written"),
            ]
        }
        return [.ok("spool", "the folder \(spool.directory) can be written"), room(in: folder)]
    }

    private func room(in folder: SpoolFolder) -> Finding {
        do {
            try folder.proveRoom(for: Self.proof)
        } catch {
            return .fault(
                "spool.room", "not even \(Self.proof.inBytes) can be written in \(spool.directory): \(reason(error))",
                remedy: "make room there, or name a folder elsewhere (spool.directory)", .windows)
        }
        guard let available = folder.availableBytes else {
            return .ok("spool.room", "\(spool.directory) does not say how much room it has")
        }
        let text = "\(Int(clamping: available).inBytes) are free"
        guard available >= spool.maxAnswerBytes else {
            return .warning(
                "spool.room", "\(text), while one answer may take \(Int(spool.maxAnswerBytes).inBytes)",
                remedy: "make room in \(spool.directory), or lower spool.max-answer")
        }
        return .ok("spool.room", text)
    }

    private func reason(_ error: any Error) -> String {
        if case .file(_, _, let reason, _) = error as? SpoolError { reason } else { "\(error)" }
    }
}

extension Int {
    /// As a person says it: `12 GiB`, `900 KiB`.
    fileprivate var inBytes: String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (self, 0)
        while value >= 10_240 || (value >= 1_024 && value.isMultiple(of: 1_024)), unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return "\(value) \(units[unit])"
    }
}
