import EphemeralPostgres
import Glibc

// Holds a private cluster under the directory of the first argument, says so on a line, and stays until its input ends:
// what tests kill, to see what is left behind.
try await EphemeralPostgres.withCluster(.init(parentDirectory: CommandLine.arguments[1])) { cluster in
    let line = "holding \(cluster.socketDirectory)\n"
    write(STDOUT_FILENO, line, line.utf8.count)
    while readLine() != nil {}
}
