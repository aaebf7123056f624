import Foundation
import Subprocess

/// A certificate authority made for one test by the command `openssl`, which Debian's `postgresql` brings along. Its keys
/// live as long as the test and protect nothing.
package struct TestAuthority: Sendable {
    /// PEM files of a certificate and its key.
    package struct Identity: Sendable {
        package let certificate: String
        package let key: String
    }

    private let folder: String

    /// PEM file of the authority's own certificate.
    package var file: String { "\(folder)/authority.pem" }

    /// Lends an authority.
    ///
    /// - Throws: ``TestAuthorityError``, and what `body` throws.
    package static func with<Result>(_ body: (TestAuthority) async throws -> Result) async throws -> Result {
        let folder = "\(NSTemporaryDirectory())/authority-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = TestAuthority(folder: folder)
        try await authority.openssl(
            ["req", "-x509", "-keyout", "\(folder)/authority.key", "-out", authority.file, "-days", "2"]
                + ["-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE"] + newKey)
        return try await body(authority)
    }

    /// Makes a certificate for a server.
    ///
    /// - Parameters:
    ///   - name: of the host.
    ///   - days: how long it is valid from now on; a negative number has been valid until so many days ago.
    /// - Returns: its files, which live as long as the authority.
    /// - Throws: ``TestAuthorityError``.
    package func identity(for name: String, days: Int = 1) async throws -> Identity {
        let base = "\(folder)/\(UUID().uuidString)"
        let identity = Identity(certificate: "\(base).pem", key: "\(base).key")
        try "subjectAltName=DNS:\(name)\n".write(toFile: "\(base).ext", atomically: true, encoding: .utf8)
        try await openssl(
            ["req", "-keyout", identity.key, "-out", "\(base).csr", "-subj", "/CN=\(name)"] + Self.newKey)
        try await openssl([
            "x509", "-req", "-in", "\(base).csr", "-CA", file, "-CAkey", "\(folder)/authority.key", "-CAcreateserial",
            "-days", "\(days)", "-extfile", "\(base).ext", "-out", identity.certificate,
        ])
        return identity
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func openssl(_ arguments: [String]) async throws {
        let result = try await run(
            .name("openssl"), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            throw TestAuthorityError(command: arguments[0], output: result.standardError)
        }
    }
}

/// `openssl` did not do what a test needs.
package struct TestAuthorityError: Error, CustomStringConvertible {
    package let command: String
    package let output: String

    package var description: String { "openssl \(command) failed: \(output)" }
}
