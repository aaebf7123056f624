/// Where a secret is; never the secret itself.
package enum SecretReference: Sendable, Hashable, CustomStringConvertible {
    /// A file of this name in `$CREDENTIALS_DIRECTORY`, which systemd fills from `LoadCredential=`.
    case credential(String)
    /// A file of this absolute path, which only its owner may read.
    case file(String)
    /// An environment variable of this name.
    case env(String)

    /// The spelling of the file: `{credential: acme-client-secret}`.
    package var description: String {
        switch self {
        case .credential(let name): "{credential: \(name)}"
        case .file(let path): "{file: \(path)}"
        case .env(let name): "{env: \(name)}"
        }
    }
}
