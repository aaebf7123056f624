import CLibpq

/// `PGcancel *`: what is needed to ask for the end of a connection's running statement.
///
/// `@unchecked Sendable` on libpq's word (manual, 34.7): a `PGcancel` is read-only to `PQcancel`, which may
/// therefore be called by a thread other than the connection's.
final class PQCancel: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfreeCancel(pointer) }

    /// `PQcancel`: connects anew, asks, and **blocks** until the server has closed that connection.
    ///
    /// True says that the request was dispatched, not that it had an effect.
    func cancel() -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { error in
            PQcancel(pointer, error.baseAddress, Int32(error.count)) == 1
        }
    }
}
