import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What is left of a cluster whose process ends in bad ways.
@Suite(.inTurn, .timeLimit(.minutes(30)))
struct `Nothing is left behind` {
    @Test(arguments: [SIGKILL, SIGINT, SIGTERM])
    func `by a signal to everybody at the terminal`(signal: Int32) async throws {
        try await withPrivateDirectory { parent in
            try await holdCluster(under: parent) { holder, _ in
                // A terminal signals the whole foreground process group, which the holder leads here.
                kill(-holder, signal)
            }
            try await expectNothingLeft(under: parent)
        }
    }

    @Test func `by kill -9 while the cluster is being made`() async throws {
        try await withPrivateDirectory { parent in
            _ = try await run(
                .path(.init(Repository.builtProduct("cluster-holder"))), arguments: [parent],
                // Its input stays open: should we look late, it holds the cluster until we do.
                input: .inputWriter, output: .sequence, error: .discarded
            ) { execution in
                try await eventually("a directory is made") { try !entries(of: parent).isEmpty }
                kill(execution.processIdentifier.value, SIGKILL)
            }
            try await expectNothingLeft(under: parent)
        }
    }

    @Test func `by kill -9 of the server and then of its owner`() async throws {
        try await withPrivateDirectory { parent in
            try await holdCluster(under: parent) { holder, directory in
                let lock = readText("\(directory)/data/postmaster.pid")
                let server = try #require(lock.split(separator: "\n").first.flatMap { pid_t($0) })
                kill(server, SIGKILL)
                kill(holder, SIGKILL)
            }
            try await expectNothingLeft(under: parent)
        }
    }

    /// Starts a process that holds a cluster, does something to it, and waits until it has ended.
    private func holdCluster(
        under parent: String, _ body: (_ holder: pid_t, _ directory: String) throws -> Void
    ) async throws {
        var options = PlatformOptions()
        options.processGroupID = 0
        _ = try await run(
            .path(.init(Repository.builtProduct("cluster-holder"))), arguments: [parent], platformOptions: options,
            input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            for try await line in execution.standardOutput.strings() where line.hasPrefix("holding ") {
                let directory = String(line.dropFirst("holding ".count).prefix { $0 != "\n" })
                #expect(isMentionedByAProcess(directory))
                try body(execution.processIdentifier.value, directory)
                break
            }
        }
    }

    private func expectNothingLeft(under parent: String) async throws {
        try await eventually("\(parent) is empty") { try entries(of: parent).isEmpty }
        try await eventually("no process works in \(parent)") { !isMentionedByAProcess(parent) }
    }
}

/// A directory that only this test uses, and where any user may make a cluster.
private func withPrivateDirectory(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/usaged-test.XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(path) }
    chmod(path, 0o1777)
    try await body(path)
}

private func entries(of directory: String) throws -> [String] {
    let stream = try #require(opendir(directory))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}
