import Glibc

extension SpoolFolder {
    /// Proves that so much can be written here, and gives it back at once.
    ///
    /// - Parameter bytes: how much; it is really written, since what a file system says of its room knows no quotas.
    /// - Throws: `SpoolError.file`.
    package func proveRoom(for bytes: Int) throws {
        let file = try SpoolFile(in: path)
        let chunk = [UInt8](repeating: 0, count: min(bytes, 1 << 16))
        var written = 0
        while written < bytes {
            let count = min(chunk.count, bytes - written)
            try chunk.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), at: written) }
            written += count
        }
    }

    /// Bytes that the file system of the folder says are left to us; nil when it does not say.
    package var availableBytes: Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }
}
