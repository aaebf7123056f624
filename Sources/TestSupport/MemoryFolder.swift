import Glibc

/// The folder of this machine whose files lie in memory.
enum MemoryFolder {
    static let path = "/dev/shm"

    /// Whether a cluster of many small databases finds room in it. In containers it is often too small.
    static var isRoomy: Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && UInt64(status.f_bavail) * UInt64(status.f_frsize) >= 4 << 30
            && access(path, W_OK | X_OK) == 0
    }
}
