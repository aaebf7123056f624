import Glibc

/// Fetches secrets from where the configuration says they are.
package struct SecretReader: Sendable {
    /// The longest secret that is accepted; a longer file is surely the wrong one.
    package static let maximumBytes = 64 * 1024

    /// What `LoadCredential=usaged:/etc/usaged/credentials`, of a whole folder, puts before the name of each file.
    private static let credentialPrefix = "usaged_"

    private let environment: [String: String]

    /// - Parameter environment: The variables of the process; `CREDENTIALS_DIRECTORY` is looked up there too.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Reads the secret, without one trailing line break.
    ///
    /// The access rights of a credential are systemd's affair; a plain file must be closed to group and others.
    package func read(_ reference: SecretReference) throws(SecretError) -> Secret {
        switch reference {
        case .credential(let name):
            guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
                throw .noCredentialsDirectory(credential: name)
            }
            for file in [name, "\(Self.credentialPrefix)\(name)"] {
                if let bytes = try contents(of: "\(directory)/\(file)", for: reference, mustBePrivate: false) {
                    return try secret(from: bytes, for: reference)
                }
            }
            throw .missingCredential(credential: name, directory: directory)
        case .file(let path):
            guard let bytes = try contents(of: path, for: reference, mustBePrivate: true) else {
                throw .missingFile(path: path)
            }
            return try secret(from: bytes, for: reference)
        case .env(let name):
            guard let value = environment[name] else { throw .missingVariable(name: name) }
            return try secret(from: Array(value.utf8), for: reference)
        }
    }
}

extension SecretReader {
    /// The bytes of a regular file; nil when there is none.
    private func contents(
        of path: String, for reference: SecretReference, mustBePrivate: Bool
    ) throws(SecretError) -> [UInt8]? {
        // O_NONBLOCK: opening a pipe by mistake must not wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .unreadable(reference, path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }

        // The descriptor is asked, not the path: what was checked is what is read.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(reference, path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(reference, path: path) }
        guard !mustBePrivate || status.st_mode & 0o077 == 0 else {
            throw .tooOpen(path: path, mode: status.st_mode & 0o7777)
        }

        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw .unreadable(reference, path: path, reason: String(cString: strerror(errno)))
            }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= Self.maximumBytes else { throw .tooLong(reference) }
        }
    }

    private func secret(from bytes: [UInt8], for reference: SecretReference) throws(SecretError) -> Secret {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong(reference) }
        var line = bytes[...]
        if line.last == UInt8(ascii: "\n") { line.removeLast() }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else { throw .empty(reference) }
        guard let text = String(validating: line, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw .notOneLine(reference) }
        return Secret(text)
    }
}
