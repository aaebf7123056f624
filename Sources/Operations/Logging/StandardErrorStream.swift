import Glibc
import Synchronization

/// Standard error, shared by log lines and one status line that rewrites itself below them.
package final class StandardErrorStream: Sendable {
    /// Whether standard error is a terminal.
    package let isTerminal: Bool
    private let columns: @Sendable () -> Int
    private let write: @Sendable (String) -> Void
    private let status = Mutex("")

    /// The standard error of the process.
    package convenience init() {
        self.init(
            isTerminal: isatty(STDERR_FILENO) == 1, columns: { Self.terminalColumns }, write: { Self.write($0) })
    }

    /// A stream that goes elsewhere.
    ///
    /// - Parameters:
    ///   - isTerminal: whether there is a status line.
    ///   - columns: how wide the terminal is at this moment.
    ///   - write: takes what is to be written, never from two threads at once.
    package init(
        isTerminal: Bool,
        columns: @escaping @Sendable () -> Int = { 80 },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.write = write
    }

    /// Writes a whole line above the status line.
    package func writeLine(_ line: String) {
        status.withLock { status in
            write(status.isEmpty ? "\(line)\n" : "\(Self.clearLine)\(line)\n\(shown(status))")
        }
    }

    /// Shows the status line anew; the empty text removes it. Does nothing unless standard error is a terminal.
    package func show(status line: String) {
        guard isTerminal else { return }
        status.withLock { status in
            guard status != line else { return }
            status = line
            write("\(Self.clearLine)\(shown(line))")
        }
    }

    private static let clearLine = "\r\u{1B}[K"

    /// A line that wraps could not be cleared again: only its last part would be.
    private func shown(_ line: String) -> String {
        line.onOneLine.cut(toColumns: max(columns() - 1, 1))
    }

    private static var terminalColumns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, start, rest.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN, isWritableSoon { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Waits for a reader that is slow: whoever started the process may have made the stream non-blocking, and half a
    /// line would join the next one. A reader that takes nothing for a second loses it.
    private static var isWritableSoon: Bool {
        var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, 1_000) > 0
    }
}
