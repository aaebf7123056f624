/// The vendor's customer whose usage is measured.
package struct Organization: Hashable, Sendable {
    package let id: String
    package let name: String
    /// The IANA name of the zone in which its days are counted; `""` where days are counted in UTC, or when nobody says.
    package let timeZone: String

    /// Why the vendor told no more than the id; nil when it told.
    package let obstacle: String?

    package init(id: String, name: String, timeZone: String = "", obstacle: String? = nil) {
        self.obstacle = obstacle
        self.id = id
        self.name = name
        self.timeZone = timeZone
    }
}
