import Transport

extension Vendors {
    /// How vendors are asked.
    package struct Manner: Sendable {
        /// When a request is sent again; nil leaves it to what suits each vendor.
        var policy: RetryPolicy?
        /// How long a vendor may send nothing; nil leaves it to the program.
        var longestSilence: Duration?
        /// Told of the head of each answer.
        var onAnswer: (@Sendable (HTTPReplyHead) -> Void)?
        /// Whether what deserves a warning is said by somebody else.
        var isQuiet = false

        package init() {}
    }
}
