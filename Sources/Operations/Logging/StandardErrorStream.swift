import Glibc
import Synchronization

/// Standard error, shared by log lines and one status line that rewrites itself below them.
package final class StandardErrorStream: Sendable {
    /// Whether standard error is a terminal.
    package let isTerminal: Bool
    private let status = Mutex("")

    package init() {
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Writes a whole line above the status line.
    package func writeLine(_ line: String) {
        status.withLock { status in
            Self.write(status.isEmpty ? "\(line)\n" : "\r\u{1B}[K\(line)\n\(status)")
        }
    }

    /// Shows the status line anew; the empty text removes it. Does nothing unless standard error is a terminal.
    package func show(status line: String) {
        guard isTerminal else { return }
        status.withLock { status in
            guard status != line else { return }
            status = line
            Self.write("\r\u{1B}[K\(line)")
        }
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, start, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
