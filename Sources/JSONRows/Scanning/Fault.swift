/// Why reading a piece of the answer ended, with offsets relative to that piece.
enum Fault: Error {
    /// The piece ended first; more bytes may complete it.
    case truncated
    /// No continuation can make the piece valid.
    case invalid(JSONRowsError.Kind, at: Int)
}
