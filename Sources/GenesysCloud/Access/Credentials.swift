package import Transport

/// The OAuth client that the API is asked as.
package struct Credentials: Sendable {
    package let clientID: String
    package let clientSecret: Secret

    package init(clientID: String, clientSecret: Secret) {
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}
