extension World {
    /// The vendor's customer whose usage the simulator tells.
    package struct Organization: Hashable, Sendable {
        /// A UUID in lower case.
        package let id: String
        package let name: String
    }

    /// A registered credential of the organization, or a foreign one that is only seen in rows.
    package struct OAuthClient: Hashable, Sendable {
        package enum State: String, Sendable {
            case active, disabled
        }

        /// The grants of contract, section 6.
        package enum Grant: String, Sendable {
            case clientCredentials = "CLIENT-CREDENTIALS"
            case code = "CODE"
            case token = "TOKEN"
        }

        /// A UUID in lower case.
        package let id: String
        /// Not unique, possibly empty, possibly awkward.
        package let name: String
        package let state: State
        package let grant: Grant
        /// Whether `GET /api/v2/oauth/clients` shows it. Deleted, built-in and partners' clients occur in rows alone.
        package let isListed: Bool
    }
}
