/// What is known of a day that was tried. A day that is owed and was never tried is a *gap* and has no state.
package enum CoverageState: String, Sendable {
    /// Tried, never stored.
    case failed
    /// Stored, but fetched before its end plus `settle-after`, or with an unexplained difference.
    case provisional
    /// Stored and settled.
    case covered
    /// The API will never give it.
    case unavailable
}
