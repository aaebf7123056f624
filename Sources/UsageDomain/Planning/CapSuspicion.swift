/// When the size of an answer looks like an undocumented cap rather than like the end of the data.
///
/// The vendor documents a cap of 20,000 rows for simple searches only; elsewhere a cap is possible and would show as a
/// round number of rows.
package enum CapSuspicion {
    /// Whether an answer of this many rows must be proven by asking again in parts.
    package static func isSuspicious(rows: Int64) -> Bool {
        rows >= 10_000 && rows.isMultiple(of: 1_000)
    }
}
