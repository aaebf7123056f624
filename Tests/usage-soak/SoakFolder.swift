import Foundation

/// Where the configuration, the daemon's log and its spool are.
struct SoakFolder: Sendable {
    let path: String
    /// In the folder of CI's logs, where there is one: they are searched for secrets.
    let logFile: String

    var configurationFile: String { "\(path)/usaged.yaml" }

    init() throws {
        path = "\(NSTemporaryDirectory())/usage-soak-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let logs = ProcessInfo.processInfo.environment["USAGED_LOG_FOLDER"] ?? path
        logFile = "\(logs)/soak-\(UUID().uuidString.prefix(8)).log"
    }

    func write(_ configuration: String) throws {
        try configuration.write(toFile: configurationFile, atomically: true, encoding: .utf8)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
