import Daemon
import Foundation
import UsageSimulator

extension DoctorCase {
    /// Configuration, secrets, spool, port and clock.
    static let ofThisMachine: [DoctorCase] = [
        DoctorCase("the configuration is no YAML", "configuration", "", status: 78, isRun: false) {
            try $0.edit("sources:", "sources: [")
        },
        DoctorCase("a key that nobody knows", "configuration", "listen", status: 78, isRun: false) {
            try $0.edit("listen:", "lisen:")
        },
        DoctorCase("no configuration file", "configuration", "--config", status: 78, isRun: false) {
            try FileManager.default.removeItem(atPath: $0.usaged.configurationFile)
        },
        DoctorCase("an empty secret", "secret", "on one line", status: 77) {
            try $0.store("", as: "acme-secret")
        },
        DoctorCase("a secret that everybody may read", "secret", "chmod 600", status: 77) {
            try $0.store($0.simulator.clientSecret, as: "acme-secret", mode: 0o644)
        },
        DoctorCase("a secret that is not there", "secret", "create it", status: 77) {
            try FileManager.default.removeItem(atPath: "\($0.usaged.folder)/acme-secret")
        },
        DoctorCase("a credential that systemd does not hand over", "secret", "LoadCredential=", status: 77) {
            try $0.edit("{file: \($0.usaged.folder)/acme-secret}", "{credential: acme-client-secret}")
        },
        DoctorCase("a spool that is not there", "spool", "make it", status: 78) {
            try $0.edit("directory: \($0.usaged.folder)", "directory: \($0.usaged.folder)/none")
        },
        DoctorCase("a spool that cannot be written", "spool", "writable by the user", status: 78) {
            try $0.edit("directory: \($0.usaged.folder)", "directory: /proc/self")
        },
        DoctorCase("a port that another program has", "listen", "ss -ltnp", status: 69, isRun: false) {
            let port = try $0.simulatorPort
            try $0.edit("listen: \"\"", "listen: 127.0.0.1:\(port)")
        },
        DoctorCase("a port that a running usaged has", as: .ok, "listen", "", status: 0, isRun: false) {
            let port = try $0.simulatorPort
            try $0.edit("listen: \"\"", "listen: 127.0.0.1:\(port)")
            try await $0.claimPresence(of: "acme")
        },
        DoctorCase("an address of another machine", "listen", "address of this machine", status: 78, isRun: false) {
            try $0.edit("listen: \"\"", "listen: 192.0.2.1:9464")
        },
        DoctorCase("a clock that is an hour fast", "clock", "NTP", status: 69, clockOffset: 3_600) { _ in
        },
        DoctorCase("a clock that is five minutes slow", as: .warning, "clock", "NTP", status: 0, clockOffset: -300) {
            _ in
        },
        DoctorCase(
            "a clock that is not the database's", as: .warning, "database.clock", "NTP", status: 0, clockOffset: -300
        ) { _ in },
    ]
}
