/// What a program presents to obtain a token, and what that token may then do.
package struct Credential: Sendable {
    /// Id of the OAuth client.
    package let clientID: String
    package let clientSecret: String
    /// For example `usage:organization:view`; an endpoint asks for any one of its own.
    package let permissions: Set<String>

    package init(
        clientID: String,
        clientSecret: String,
        permissions: Set<String> = ["oauth:client:view", "usage:organization:view"]
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.permissions = permissions
    }
}
