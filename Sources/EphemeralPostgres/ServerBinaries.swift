import Glibc
import Subprocess
import SystemPackage

/// The directory with the programs of one installed PostgreSQL server.
struct ServerBinaries: Sendable {
    let directory: String

    /// Looks in `PATH`, then where Debian keeps the versions (newest first), then asks `pg_config`.
    ///
    /// - Throws: ``EphemeralPostgresError/serverNotInstalled(lookedIn:)``.
    static func locate(
        searchPath: [String] = searchPathOfProcess(),
        versionsDirectory: String = "/usr/lib/postgresql"
    ) async throws -> ServerBinaries {
        var candidates = searchPath
        candidates += versions(in: versionsDirectory).map { "\(versionsDirectory)/\($0)/bin" }
        if let found = candidates.first(where: isComplete) {
            return ServerBinaries(directory: found)
        }
        if let directory = await directoryOfPgConfig(in: searchPath) {
            candidates.append(directory)
            if isComplete(directory) {
                return ServerBinaries(directory: directory)
            }
        }
        throw EphemeralPostgresError.serverNotInstalled(lookedIn: candidates)
    }

    func path(of program: String) -> String {
        "\(directory)/\(program)"
    }

    private static func isComplete(_ directory: String) -> Bool {
        ["initdb", "pg_ctl", "postgres"].allSatisfy { access("\(directory)/\($0)", X_OK) == 0 }
    }

    private static func searchPathOfProcess() -> [String] {
        guard let path = getenv("PATH") else { return [] }
        return String(cString: path).split(separator: ":").map(String.init)
    }

    /// The names of Debian's version directories ("15", "9.6"), newest first.
    private static func versions(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [(name: String, version: Double)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let version = Double(name) {
                names.append((name, version))
            }
        }
        return names.sorted { $0.version > $1.version }.map(\.name)
    }

    private static func directoryOfPgConfig(in searchPath: [String]) async -> String? {
        guard let directory = searchPath.first(where: { access("\($0)/pg_config", X_OK) == 0 }) else {
            return nil
        }
        let result = try? await run(
            .path(.init("\(directory)/pg_config")), arguments: ["--bindir"], output: .string(limit: 4096))
        return result?.standardOutput.split(separator: "\n").first.map(String.init)
    }
}
