package import UsageDomain
package import Warehouse

/// What the present task works on.
///
/// Tasks inherit it from those that made them, so whoever writes a log line, however deep below the pass, can say what
/// the line is about without being told.
package struct WorkContext: Sendable {
    /// The context of the present task; empty outside of any pass.
    @TaskLocal package static var current = WorkContext()

    /// The run that the work belongs to; nil before it has begun.
    package var run: RunID?
    /// The source that is worked on.
    package var source: String?
    /// The window that is worked on.
    package var window: Window?

    package init() {}

    /// Does a piece of work in a context that knows more than the present one.
    ///
    /// - Parameters:
    ///   - change: adds what is known.
    ///   - work: the work.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws.
    package static func extended<Result>(
        by change: (inout WorkContext) -> Void, _ work: () async throws -> Result
    ) async rethrows -> Result {
        var context = current
        change(&context)
        return try await $current.withValue(context, operation: work)
    }
}
