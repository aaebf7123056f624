import Glibc
import Synchronization

/// A temporary file that has no name, so that it is gone on every exit path, also when the process is killed.
final class SpoolFile: Sendable {
    /// How a file without a name is made.
    enum Making: CaseIterable, Sendable {
        /// It never had one (`O_TMPFILE`, open(2)); not every file system can do that.
        case nameless
        /// It is unlinked as soon as it is open. See ``SpoolFolder`` for the moment between.
        case unlinked
    }

    /// `O_TMPFILE` of open(2), which the overlay does not export.
    private static let temporaryFile: Int32 = 0o20_000_000 | O_DIRECTORY

    private let descriptor: Int32
    private let directory: String

    /// - Parameters:
    ///   - directory: the folder whose file system holds the file.
    ///   - makings: ways to make it, tried in this order while the file system does not know them.
    /// - Throws: `SpoolError.file` when the folder cannot be written.
    init(in directory: String, by makings: [Making] = Making.allCases) throws(SpoolError) {
        self.directory = directory
        var opened: Int32 = -1
        for making in makings {
            opened = Self.open(directory, making)
            // What kernel and file system say that know no such files (open(2), EISDIR and EOPNOTSUPP).
            guard opened < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { break }
        }
        guard opened >= 0 else { throw Self.failure("created", in: directory) }
        descriptor = opened
    }

    private static func open(_ directory: String, _ making: Making) -> Int32 {
        switch making {
        case .nameless:
            return Glibc.open(directory, temporaryFile | O_RDWR | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)
        case .unlinked:
            var template = Array("\(directory)/\(SpoolFolder.namePrefix)XXXXXX".utf8CString)
            let descriptor = mkstemp(&template)
            guard descriptor >= 0 else { return descriptor }
            unlink(template)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return descriptor
        }
    }

    deinit {
        close(descriptor)
    }

    /// Writes all bytes at an offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let written = pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, offset + done)
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.failure("written", in: directory)
            }
            done += written
        }
    }

    /// Fills the buffer from an offset.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure("read", in: directory)
            }
            guard count > 0 else {
                throw SpoolError.file(
                    directory: directory, operation: "read", reason: "it ends before its last row", isFull: false)
            }
            done += count
        }
    }

    private static func failure(_ operation: String, in directory: String) -> SpoolError {
        let code = errno
        return .file(
            directory: directory, operation: operation, reason: String(cString: strerror(code)),
            isFull: [ENOSPC, EDQUOT, EFBIG].contains(code))
    }
}
