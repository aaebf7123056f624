/// Where answers too large for memory wait until they are stored.
package struct Spool: Sendable, Equatable {
    /// The absolute path of a directory that the daemon may write.
    package let directory: String
    /// The size in bytes above which an answer fails its window.
    package let maxAnswerBytes: Int64

    /// The defaults are those of a file that leaves out `spool`: 4 GiB under `/var/lib/usaged`.
    package init(directory: String = "/var/lib/usaged", maxAnswerBytes: Int64 = 4 << 30) {
        self.directory = directory
        self.maxAnswerBytes = maxAnswerBytes
    }
}
