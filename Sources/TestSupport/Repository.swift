import Glibc

/// Where tests find what is not compiled into them.
package enum Repository {
    /// The top folder of the repository.
    package static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
        separator: "/")

    /// The folder of the migrations.
    package static var migrations: String { "\(root)/migrations" }

    /// The path of an executable of this package, which is built beside the tests.
    package static func builtProduct(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let executable = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return executable.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/\(name)"
    }
}
