/// What a scanner is willing to hold and follow, whatever the size of the answer.
package struct JSONRowsLimits: Sendable, Equatable {
    /// Longest row, and longest key or value at the top level other than the rows, in bytes.
    package var rowBytes: Int
    /// How many objects and arrays may be open at once; the document, its array of rows and a row are three of them.
    package var depth: Int
    /// How many distinct unknown keys are remembered by name, for the document and for the rows each.
    package var unknownNames: Int
    /// Longest name of an unknown key that is remembered, in bytes of UTF-8.
    package var unknownNameBytes: Int

    /// Limits that fit answers whose rows are some hundred bytes long.
    package init(
        rowBytes: Int = 1 << 20,
        depth: Int = 64,
        unknownNames: Int = 64,
        unknownNameBytes: Int = 64
    ) {
        self.rowBytes = rowBytes
        self.depth = depth
        self.unknownNames = unknownNames
        self.unknownNameBytes = unknownNameBytes
    }
}
