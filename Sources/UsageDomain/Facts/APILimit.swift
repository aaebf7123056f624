/// One limit of a vendor's API, as its limits endpoint states it (contract, section 5).
package struct APILimit: Hashable, Sendable {
    /// `platform.api`, `usage`.
    package let namespace: String
    /// `token.rate.per.minute` and the like.
    package let key: String
    package let value: Int64

    package init(namespace: String, key: String, value: Int64) {
        self.namespace = namespace
        self.key = key
        self.value = value
    }
}
