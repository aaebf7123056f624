import Foundation
import Glibc
import Testing

@testable import Warehouse

/// The files of the spool and the folder that they are in.
struct SpoolFolderTests {
    /// Lends a new folder and removes it.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/spool-test-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func make(_ name: String, in folder: String) throws {
        try Data("left behind".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    @Test(arguments: SpoolFile.Making.allCases)
    func `the temporary file has no name, and keeps what is written`(making: SpoolFile.Making) async throws {
        try await withFolder { folder in
            let file = try SpoolFile(in: folder, by: [making])
            #expect(try names(in: folder) == [])
            try Array("counted".utf8).withUnsafeBytes { try file.write($0, at: 3) }
            var read = [UInt8](repeating: 0, count: 7)
            try read.withUnsafeMutableBytes { try file.read(into: $0, at: 3) }
            #expect(String(decoding: read, as: UTF8.self) == "counted")
        }
    }

    @Test func `where no file can be nameless from the start, it is made the other way`() throws {
        // The kernel's own file systems refuse O_TMPFILE; in this one nothing can be made at all, and the error is that
        // of the second way.
        #expect {
            _ = try SpoolFile(in: "/proc/self")
        } throws: { error in
            guard case .file("/proc/self", "created", let reason, false) = error as? SpoolError else { return false }
            return [ENOENT, EACCES, EPERM].contains { reason == String(cString: strerror($0)) }
        }
    }

    @Test func `what a killed process left behind is removed, and nothing else`() async throws {
        try await withFolder { folder in
            try make("usaged-spool-a1B2c3", in: folder)
            // Somebody else's names, a link, a folder.
            for name in ["usaged-spool-notes.txt", "usaged-spool-", "usaged.yaml", "usaged-spool-a1B2c34"] {
                try make(name, in: folder)
            }
            symlink("\(folder)/usaged.yaml", "\(folder)/usaged-spool-l1nk00")
            mkdir("\(folder)/usaged-spool-f0lder", 0o700)
            try SpoolFolder(folder).prepare()
            #expect(
                try names(in: folder) == [
                    "usaged-spool-", "usaged-spool-a1B2c34", "usaged-spool-f0lder", "usaged-spool-l1nk00",
                    "usaged-spool-notes.txt", "usaged.yaml",
                ])
        }
    }

    @Test func `a file of another user stays`() async throws {
        try await withFolder { folder in
            try make("usaged-spool-a1B2c3", in: folder)
            try SpoolFolder(folder, owner: geteuid() + 1).prepare()
            #expect(try names(in: folder) == ["usaged-spool-a1B2c3"])
        }
    }

    @Test func `a file that a living process has just named is none the worse for losing its name`() async throws {
        try await withFolder { folder in
            try make("usaged-spool-l1v1ng", in: folder)
            let descriptor = open("\(folder)/usaged-spool-l1v1ng", O_RDWR)
            defer { close(descriptor) }
            try SpoolFolder(folder).prepare()
            #expect(try names(in: folder) == [])
            #expect(pwrite(descriptor, "rows", 4, 0) == 4)
        }
    }

    @Test(arguments: ["/nowhere/spool", "/dev/null", "/proc/self"])
    func `a folder that cannot be written is an error that names it and what to do`(path: String) {
        #expect {
            try SpoolFolder(path).prepare()
        } throws: { error in
            let text = "\(error)"
            return text.contains("the spool in \(path) could not be created") && text.contains("make the folder")
                && text.contains("spool.directory")
        }
    }

    @Test func `a folder without room is no reason not to begin, and tells so when room is needed`() async throws {
        try await #require(processExitsWith: .success) {
            // What a full disk and a limited file have in common: the kernel takes no more.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            do {
                try SpoolFolder("/tmp").prepare()
            } catch {
                exit(3)
            }
            do {
                let file = try SpoolFile(in: "/tmp")
                try [UInt8](repeating: 7, count: 10_000).withUnsafeBytes { try file.write($0, at: 0) }
                exit(4)
            } catch {
                let text = "\(error)"
                guard text.contains("/tmp"), text.contains("make room there"), text.contains("File too large") else {
                    exit(5)
                }
            }
        }
    }
}
