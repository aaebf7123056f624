import Operations
import Synchronization

/// What a stream was told to write.
final class Written: Sendable {
    private let pieces = Mutex<[String]>([])

    var all: [String] { pieces.withLock { $0 } }
    var text: String { all.joined() }

    func stream(isTerminal: Bool = false, columns: Int = 80) -> StandardErrorStream {
        StandardErrorStream(isTerminal: isTerminal, columns: { columns }) { text in
            self.pieces.withLock { $0.append(text) }
        }
    }
}
