import Glibc
import Synchronization

/// A temporary file that has no name: it is unlinked as soon as it is open, so that it is gone on every exit path,
/// also when the process is killed.
final class SpoolFile: Sendable {
    private let descriptor: Int32
    private let directory: String

    /// - Throws: `SpoolError.file` when the folder cannot be written.
    init(in directory: String) throws {
        self.directory = directory
        var template = Array("\(directory)/usaged-spool-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure("created", in: directory) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
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
                throw SpoolError.file(directory: directory, operation: "read", reason: "it ends before its last row")
            }
            done += count
        }
    }

    private static func failure(_ operation: String, in directory: String) -> SpoolError {
        .file(directory: directory, operation: operation, reason: String(cString: strerror(errno)))
    }
}
