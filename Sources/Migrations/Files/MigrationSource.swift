internal import CMigrations
internal import FoundationEssentials
internal import Glibc

/// The migration files that a program brings.
package struct MigrationSource: Sendable {
    /// The numbered files in the order of their numbers, then the repeatable ones in the order of their names.
    package let files: [MigrationFile]
    /// The text of `roles.sql`: roles belong to the cluster, so it is no migration; see ``Migrator/applyRoles(on:)``.
    package let roles: String?

    /// - Throws: ``MigrationError/misnamedFile(_:)``, ``MigrationError/notText(_:)`` or
    ///   ``MigrationError/duplicateNumber(_:_:)``: a file that is silently left out would be found too late.
    package init(contents: [(name: String, bytes: [UInt8])]) throws {
        var files: [MigrationFile] = []
        var roles: String?
        for (name, bytes) in contents {
            if name == Self.rolesFile {
                roles = String(decoding: bytes, as: UTF8.self)
            } else {
                files.append(try MigrationFile(name: name, bytes: bytes))
            }
        }
        self.files = files.sorted { ($0.number ?? .max, $0.name) < ($1.number ?? .max, $1.name) }
        self.roles = roles
        for (file, next) in zip(self.files, self.files.dropFirst())
        where file.number != nil && file.number == next.number {
            throw MigrationError.duplicateNumber(file.name, next.name)
        }
    }

    /// The files that were compiled into this program from the folder `migrations/`.
    package static func embedded() throws -> MigrationSource {
        var contents: [(name: String, bytes: [UInt8])] = []
        while true {
            let file = embedded_migration(contents.count)
            let name = String(cString: file.name)
            if name.isEmpty { break }
            let text = UnsafeBufferPointer(start: file.text, count: strlen(file.text))
            contents.append((name, text.map(UInt8.init(bitPattern:))))
        }
        return try MigrationSource(contents: contents)
    }

    /// The `.sql` files of a folder; other files are none of ours.
    ///
    /// - Throws: ``MigrationError/unreadable(_:)`` besides what ``init(contents:)`` throws.
    package static func directory(_ path: String) throws -> MigrationSource {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw MigrationError.unreadable(path)
        }
        return try MigrationSource(
            contents: names.filter { $0.hasSuffix(".sql") }.map { name in
                guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
                    throw MigrationError.unreadable("\(path)/\(name)")
                }
                return (name, Array(data))
            })
    }

    static let rolesFile = "roles.sql"
}
