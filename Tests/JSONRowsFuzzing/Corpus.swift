import Foundation

/// Answers worth keeping, a file each in the folder `Corpus`: beginnings for mutations, and every input that ever made
/// trouble.
package enum Corpus {
    /// All of them, in the order of their names.
    ///
    /// - Throws: what reading the folder throws.
    package static func load() throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { Array(try Data(contentsOf: $0)) }
    }
}
