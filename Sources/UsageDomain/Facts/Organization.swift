/// The vendor's customer whose usage is measured.
package struct Organization: Hashable, Sendable {
    package let id: String
    package let name: String
    /// The IANA name of the zone in which its days are counted; `""` where days are counted in UTC, or when nobody says.
    package let timeZone: String

    package init(id: String, name: String, timeZone: String = "") {
        self.id = id
        self.name = name
        self.timeZone = timeZone
    }
}
