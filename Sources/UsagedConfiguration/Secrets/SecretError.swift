/// Why a secret could not be had; it names the place and the remedy, never the value.
package enum SecretError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `$CREDENTIALS_DIRECTORY` is not set, so no credential can be read.
    case noCredentialsDirectory(credential: String)
    /// The credentials directory has no file of that name.
    case missingCredential(credential: String, directory: String)
    case missingFile(path: String)
    case missingVariable(name: String)
    /// The file exists but could not be read; `reason` is the system's.
    case unreadable(SecretReference, path: String, reason: String)
    /// Not a regular file: a directory, a pipe, a device.
    case notAFile(SecretReference, path: String)
    /// Others than its owner may read or write the file; `mode` holds its permission bits.
    case tooOpen(path: String, mode: UInt32)
    case empty(SecretReference)
    /// Not one line of UTF-8 text without control characters.
    case notOneLine(SecretReference)
    /// Longer than ``SecretReader/maximumBytes``.
    case tooLong(SecretReference)

    package var description: String {
        switch self {
        case .noCredentialsDirectory(let name):
            "credential \(name): CREDENTIALS_DIRECTORY is not set; add LoadCredential=\(name):/path/to/file to the "
                + "unit of usaged, or set the variable to a directory that holds a file \(name)"
        case .missingCredential(let name, let directory):
            "credential \(name): there is no file \(name) in \(directory); put it into /etc/usaged/credentials, which "
                + "the units of usaged load, and restart, or correct the name in the configuration"
        case .missingFile(let path):
            "secret file \(path): it does not exist; create it with the secret on one line and chmod 600 \(path)"
        case .missingVariable(let name):
            "environment variable \(name): it is not set; set it in the environment that starts usaged"
        case .unreadable(let reference, let path, let reason):
            "secret \(reference): \(path) cannot be read: \(reason); let the user who runs usaged own it"
        case .notAFile(let reference, let path):
            "secret \(reference): \(path) is not a regular file; name a file that holds the secret on one line"
        case .tooOpen(let path, let mode):
            "secret file \(path): its mode \(octal(mode)) lets others than its owner reach it; chmod 600 \(path)"
        case .empty(let reference):
            "secret \(reference): it is empty; store the secret there, on one line"
        case .notOneLine(let reference):
            "secret \(reference): it is not one line of text; store the secret alone, as UTF-8, on one line"
        case .tooLong(let reference):
            "secret \(reference): it is longer than \(SecretReader.maximumBytes) bytes; "
                + "store the secret alone, on one line"
        }
    }

    private func octal(_ mode: UInt32) -> String {
        "0" + String(mode, radix: 8)
    }
}
