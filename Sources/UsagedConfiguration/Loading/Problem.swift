/// One thing that is wrong in the configuration file, and what would be right.
package struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// The path of the file as it was given.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, counted in Unicode scalars.
    package let column: Int
    /// Where in the tree, as `sources[0].region`; empty for the file as a whole.
    package let key: String
    /// What is wrong.
    package let fault: String
    /// What would be right.
    package let remedy: String

    /// `FILE:LINE:COLUMN: KEY: FAULT; REMEDY`.
    package var description: String {
        "\(file):\(line):\(column): \(key.isEmpty ? "" : key + ": ")\(fault); \(remedy)"
    }
}
