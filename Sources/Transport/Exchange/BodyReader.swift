/// Makes something of the body of an answer while it arrives. Each attempt of an exchange gets its own reader.
package protocol BodyReader<Answer> {
    associatedtype Answer

    /// Takes the next bytes of the body. What it throws ends the exchange, and is thrown on as it is.
    mutating func read(_ bytes: RawSpan) throws
    /// Is told that the body ended as it should.
    mutating func finish() throws -> Answer
}

/// Keeps a body, for answers known to be small.
package struct WholeBody: BodyReader {
    private var bytes: [UInt8] = []

    package init() {}

    package mutating func read(_ span: RawSpan) {
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    package func finish() -> [UInt8] {
        bytes
    }
}
