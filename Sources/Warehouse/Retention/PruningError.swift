/// Why not everything could be dropped. Nothing is lost: the next try goes on.
package enum PruningError: Error, Equatable, Sendable {
    /// Another process drops partitions of this database.
    case runsAlready
    /// Somebody read or locked the table all the time.
    case inUse(String, waited: Duration)
}

extension PruningError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .runsAlready:
            "another `usaged prune` works on this database; wait for its end"
        case .inUse(let name, let waited):
            "ingest.\(name) was in use for \(waited.components.seconds) s, by a long transaction for example "
                + "(pg_stat_activity tells); run `usaged prune` again, it goes on where it was"
        }
    }
}
