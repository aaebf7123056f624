import Glibc

/// The folder in which answers wait that are too large for memory.
///
/// Files in it have no name where its file system can make such (`O_TMPFILE`). Elsewhere they have one for the moment
/// between being made and being unlinked, in which a process may be killed.
package struct SpoolFolder: Sendable {
    /// Of the files that ``SpoolFile`` has to name.
    static let namePrefix = "usaged-spool-"

    let path: String
    /// Whose leftovers are removed.
    private let owner: uid_t

    package init(_ path: String) {
        self.init(path, owner: geteuid())
    }

    init(_ path: String, owner: uid_t) {
        self.path = path
        self.owner = owner
    }

    /// Proves that files can be made here, and removes what killed processes left behind. To be called before anything
    /// is asked of a vendor.
    ///
    /// - Throws: `SpoolError.file` when the folder is missing or may not be written. One that is full is no such error:
    ///   room may have been made by the time a window needs it.
    package func prepare() throws {
        removeLeftovers()
        do {
            _ = try SpoolFile(in: path)
        } catch let error where error.isAboutRoom {
            return
        }
    }

    /// Removes the files of ours that have a name. One that a living process is just making is none the worse for it:
    /// the process holds it open and wants the name gone.
    private func removeLeftovers() {
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(Self.namePrefix), name.utf8.count == Self.namePrefix.utf8.count + 6 else { continue }
            var status = stat()
            guard fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG, status.st_uid == owner
            else { continue }
            unlinkat(dirfd(folder), name, 0)
        }
    }
}
