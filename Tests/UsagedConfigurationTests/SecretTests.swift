import FoundationEssentials
import Glibc
import Testing

@testable import UsagedConfiguration

@Suite struct SecretReferenceTests {
    @Test(arguments: [
        ("{credential: acme-client-secret}", SecretReference.credential("acme-client-secret")),
        ("{file: /etc/usaged/secret}", .file("/etc/usaged/secret")), ("{env: ACME_SECRET}", .env("ACME_SECRET")),
    ])
    func `a secret is in one of three places`(text: String, reference: SecretReference) throws {
        #expect(try load(file(genesys: ["client-secret: \(text)"])).sources[0].secret == reference)
        #expect(reference.description == text)
    }

    @Test(arguments: [
        "S3cr3t", "\"S3cr3t\"", "[S3cr3t]", "{}", "{value: S3cr3t}", "{credential: S3cr3t, file: /S3cr3t}",
        "{credential: S3cr3t/x}", "{credential: ..}", "{credential: [S3cr3t]}", "{file: S3cr3t}", "{file: }",
        "{env: S3cr3t-x}", "{env: 3S3cr3t}", "{env: \"\"}", "{credental: S3cr3t}", "12345678", "true", "~",
    ])
    func `anything else is refused and not repeated`(text: String) throws {
        let found = try problem(file(genesys: ["client-secret: \(text)"]))
        #expect(found.key.hasPrefix("sources[0].client-secret"))
        #expect(!found.description.contains("S3cr3t") && !found.description.contains("12345678"))
    }
}

@Suite struct SecretTests {
    let secret = Secret("S3cr3t")

    @Test func `a secret shows itself only to who asks`() {
        struct Holder { let name = "acme", secret: Secret }
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        dump(secret, to: &dumped)
        let shown = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Holder(secret: secret))",
            "\([secret])", "\(Optional(secret) as Any)", String(reflecting: Holder(secret: secret)), dumped,
        ]
        #expect(shown.allSatisfy { !$0.contains("S3cr3t") && $0.contains("‹redacted›") })
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(secret.revealed == "S3cr3t")
    }
}

/// Each test has a directory of its own.
@Suite final class SecretReaderTests {
    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    func write(_ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let path = "\(directory)/secret"
        try Data(bytes).write(to: URL(filePath: path))
        try #require(chmod(path, mode) == 0)
        return path
    }

    func error(_ reference: SecretReference, _ environment: [String: String] = [:]) -> SecretError? {
        do {
            _ = try SecretReader(environment: environment).read(reference)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("S3cr3t", "S3cr3t"), ("S3cr3t\n", "S3cr3t"), ("S3cr3t\r\n", "S3cr3t"), (" S3cr3t ", " S3cr3t "),
        ("pässwörd", "pässwörd"),
    ])
    func `one trailing line break is no part of a secret, in all three places`(text: String, secret: String) throws {
        let path = try write(Array(text.utf8))
        let reader = SecretReader(environment: ["CREDENTIALS_DIRECTORY": directory, "SECRET": text])
        #expect(try reader.read(.file(path)).revealed == secret)
        #expect(try reader.read(.credential("secret")).revealed == secret)
        #expect(try reader.read(.env("SECRET")).revealed == secret)
    }

    @Test func `a credential of a folder that is loaded as a whole is found by the name of its file`() throws {
        let environment = ["CREDENTIALS_DIRECTORY": directory]
        try Data("S3cr3t".utf8).write(to: URL(filePath: "\(directory)/usaged_key"))
        #expect(try SecretReader(environment: environment).read(.credential("key")).revealed == "S3cr3t")
        // One that is loaded by itself comes first.
        try Data("0ther".utf8).write(to: URL(filePath: "\(directory)/key"))
        #expect(try SecretReader(environment: environment).read(.credential("key")).revealed == "0ther")
    }

    @Test func `what is missing is named with its remedy`() throws {
        let noDirectory = try #require(error(.credential("key")))
        #expect(noDirectory == .noCredentialsDirectory(credential: "key"))
        #expect(noDirectory.description.contains("LoadCredential=key:"))
        #expect(error(.credential("key"), ["CREDENTIALS_DIRECTORY": ""]) == noDirectory)
        #expect(
            error(.credential("key"), ["CREDENTIALS_DIRECTORY": directory])
                == .missingCredential(credential: "key", directory: directory))
        #expect(
            error(.credential("key"), ["CREDENTIALS_DIRECTORY": directory + "/none"])
                == .missingCredential(credential: "key", directory: directory + "/none"))
        let missing = try #require(error(.file(directory + "/none")))
        #expect(missing == .missingFile(path: directory + "/none"))
        #expect(missing.description.contains("chmod 600"))
        #expect(error(.env("NONE")) == .missingVariable(name: "NONE"))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o666, 0o610, 0o677] as [mode_t])
    func `a file that others can reach is refused`(mode: mode_t) throws {
        let path = try write(Array("S3cr3t".utf8), mode: mode)
        let refused = try #require(error(.file(path)))
        #expect(refused == .tooOpen(path: path, mode: mode))
        #expect(refused.description.contains("chmod 600 \(path)"))
        #expect(refused.description.contains("0" + String(mode, radix: 8)))
        #expect(!refused.description.contains("S3cr3t"))
        #expect(error(.credential("secret"), ["CREDENTIALS_DIRECTORY": directory]) == nil)
    }

    @Test(arguments: [0o600, 0o400, 0o700] as [mode_t])
    func `a file that only its owner can reach is read`(mode: mode_t) throws {
        #expect(error(.file(try write(Array("S3cr3t".utf8), mode: mode))) == nil)
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func `an empty secret is refused`(text: String) throws {
        let path = try write(Array(text.utf8))
        #expect(error(.file(path)) == .empty(.file(path)))
        #expect(error(.env("E"), ["E": text]) == .empty(.env("E")))
    }

    @Test(arguments: [
        Array("S3cr3t\n\n".utf8), Array("S3cr3t\nmore".utf8), Array("S3\tcr3t".utf8), Array("S3cr3t\0".utf8),
        Array("S3cr3t".utf8) + [0xFF],
    ])
    func `what is not one line of text is refused and not repeated`(bytes: [UInt8]) throws {
        let path = try write(bytes)
        let refused = try #require(error(.file(path)))
        #expect(refused == .notOneLine(.file(path)))
        #expect(!refused.description.contains("S3"))
    }

    @Test func `a directory, a pipe and a huge file are refused without waiting`() throws {
        #expect(error(.file(directory)) == .notAFile(.file(directory), path: directory))
        let pipe = directory + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(error(.file(pipe)) == .notAFile(.file(pipe), path: pipe))
        let huge = try write(Array(repeating: UInt8(ascii: "a"), count: SecretReader.maximumBytes + 1))
        #expect(error(.file(huge)) == .tooLong(.file(huge)))
    }

    @Test func `a path that cannot be followed is unreadable`() throws {
        let path = try write(Array("S3cr3t".utf8)) + "/below"
        let refused = try #require(error(.file(path)))
        #expect(refused == .unreadable(.file(path), path: path, reason: "Not a directory"))
    }
}
