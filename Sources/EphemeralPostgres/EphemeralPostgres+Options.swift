extension EphemeralPostgres {
    /// How a private cluster is made.
    package struct Options: Sendable {
        /// Also listen on 127.0.0.1, on a free port; the unix socket is always there.
        package var listensOnTCP: Bool
        /// Survive a crash of the machine (`fsync`, `synchronous_commit`, `full_page_writes`). Off by default: the
        /// cluster is thrown away after such a crash anyway, and a start takes half the time.
        package var isDurable: Bool
        /// Where the cluster's directory is made; short, for the path of a unix socket has at most 107 bytes. Hence
        /// not `TMPDIR`.
        package var parentDirectory: String
        /// Lines of `postgresql.conf`, name and value, applied after our own.
        package var settings: [String: String]
        /// A program with its arguments that starts the server's programs, as `nsenter` does in another network namespace:
        /// the program to be started and its arguments follow. Empty: they are started directly.
        package var launcher: [String]

        package init(
            listensOnTCP: Bool = false,
            isDurable: Bool = false,
            parentDirectory: String = "/tmp",
            settings: [String: String] = [:],
            launcher: [String] = []
        ) {
            self.listensOnTCP = listensOnTCP
            self.isDurable = isDurable
            self.parentDirectory = parentDirectory
            self.settings = settings
            self.launcher = launcher
        }
    }
}

extension EphemeralPostgres.Options {
    /// The text of `postgresql.conf`, but for the socket directory, which only the guard knows.
    func configuration(port: UInt16) -> String {
        var values = [
            "port": String(port),
            "listen_addresses": listensOnTCP ? "127.0.0.1" : "",
            "max_connections": "200",
            // Shared memory in files of the cluster: a killed server leaves nothing in /dev/shm, which is small in
            // containers.
            "dynamic_shared_memory_type": "mmap",
            "log_line_prefix": "%m [%p] %d ",
        ]
        if !isDurable {
            values["fsync"] = "off"
            values["synchronous_commit"] = "off"
            values["full_page_writes"] = "off"
        }
        values.merge(settings) { _, given in given }
        return values.sorted { $0.key < $1.key }
            .map {
                "\($0.key) = '\($0.value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'\n"
            }
            .joined()
    }
}
