import Glibc
import Synchronization
import SystemPackage

/// The end of the guard's pipe that we hold; closed once, at the latest with the last reference to it.
final class GuardPipe: Sendable {
    private let writer: Mutex<FileDescriptor?>

    private init(writer: FileDescriptor) {
        self.writer = Mutex(writer)
    }

    deinit {
        close()
    }

    static func open() throws -> (reader: FileDescriptor, pipe: GuardPipe) {
        var ends: [Int32] = [-1, -1]
        // Closed on exec, atomically (which `pipe` is not): a child of ours that outlives us must not keep the
        // cluster alive.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw EphemeralPostgresError.system(call: "socketpair", errno: errno)
        }
        return (FileDescriptor(rawValue: ends[0]), GuardPipe(writer: FileDescriptor(rawValue: ends[1])))
    }

    func close() {
        writer.withLock { descriptor in
            try? descriptor?.close()
            descriptor = nil
        }
    }
}
