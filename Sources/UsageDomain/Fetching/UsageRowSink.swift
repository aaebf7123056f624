/// Where the rows of an answer go while it arrives.
///
/// A sink belongs to one fetch. It is told when an answer begins again from its start, because a connection that
/// breaks in the middle of a body is answered by asking for the whole body once more.
package protocol UsageRowSink: AnyObject {
    /// Forgets every row appended so far.
    func restart() throws
    /// Takes one row, already validated against the window that was asked.
    func append(_ row: UsageRow) throws
}
