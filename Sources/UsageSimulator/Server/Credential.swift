/// What a program presents to obtain a token, and what that token may then do.
package struct Credential: Sendable {
    /// Id of the OAuth client.
    package let clientID: String
    package let clientSecret: String
    /// For example `usage:organization:view`; an endpoint asks for any one of its own.
    package let permissions: Set<String>

    /// Everything that any endpoint asks for.
    package static let allPermissions: Set<String> = [
        "oauth:client:view", "usage:organization:view", "usage:client:view", "usage:simpleSearch:view",
    ]

    package init(
        clientID: String,
        clientSecret: String,
        permissions: Set<String> = Credential.allPermissions
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.permissions = permissions
    }
}
