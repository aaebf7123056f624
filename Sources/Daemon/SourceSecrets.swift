import FoundationEssentials
package import UsagedConfiguration

/// The secrets of all sources as they were at one moment: what is read again later may be another one.
package struct SourceSecrets: Sendable {
    private let secrets: [String: Result<Secret, SecretError>]

    private static var reader: SecretReader { SecretReader(environment: ProcessInfo.processInfo.environment) }

    /// Reads them all, from credentials, files and variables of the process.
    package init(of configuration: Configuration) {
        let reader = Self.reader
        let read = configuration.sources.map { source in
            (source.name, Result { () throws(SecretError) in try reader.read(source.secret) })
        }
        secrets = Dictionary(read) { first, _ in first }
    }

    /// The secret of a source of the configuration.
    ///
    /// - Throws: `SecretError` when it could not be read.
    func secret(of source: SourceConfiguration) throws(SecretError) -> Secret {
        if let secret = secrets[source.name] { return try secret.get() }
        return try Self.reader.read(source.secret)
    }

    /// Names of the sources that have another secret here than there, in order; of those alone that are in both.
    func changed(since earlier: SourceSecrets) -> [String] {
        secrets.keys.filter { name in
            guard let before = earlier.secrets[name], let now = secrets[name] else { return false }
            switch (before, now) {
            case (.success(let before), .success(let now)): return before.revealed != now.revealed
            case (.failure, .failure): return false
            default: return true
            }
        }.sorted()
    }
}
