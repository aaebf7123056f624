/// The sizes that simple searches are planned by (contract, section 2, "simplesearch paging").
struct SearchLimits: Sendable {
    /// "The number of records is limited to 20,000 results". What happens there is not documented, so an answer of this
    /// many rows is taken for cut whatever it says of itself.
    var cap = 20_000
    /// Rows that one search is planned to have at most. The rest is room for a day that has grown since it was counted.
    var target = 18_000
    /// Values that one search may name, in bytes: with their escapes they stay below the limit of 512,000 bytes for a
    /// request (contract, section 5, `request.bytes.max`) unless nearly every byte needs one.
    var filterBytes = 200_000

    /// Most searches of a day: four times those that a day of this many rows needs when every count is right. Only a vendor
    /// whose answers do not become smaller with the question needs more.
    func mostSearches(rows: Int) -> Int {
        4 * (2 * ((rows + cap - 1) / cap) + 9)
    }
}
