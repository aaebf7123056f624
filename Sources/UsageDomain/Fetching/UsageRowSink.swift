/// Where the rows of an answer go while it arrives.
///
/// A sink belongs to one fetch. An answer may begin again, because a connection that breaks in the middle of a body is
/// answered by asking for that body once more; what was kept before stays.
package protocol UsageRowSink: AnyObject {
    /// Forgets every row appended since the last ``keep()``, or all of them.
    func restart() throws
    /// Takes one row, already validated against the window that was asked.
    func append(_ row: UsageRow) throws
    /// Ends a part of the answer, a page or a search, that was read to its end: no restart forgets it any more.
    func keep() throws
}
