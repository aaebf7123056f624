package import Testing

/// Lets each test, or each case of a parameterised one, begin when one of ``TestPlaces`` is free.
///
/// For every suite that waits for a network, a process or a clock, or that works for long. A suite with a database
/// takes places anyway.
package struct InTurnTrait: TestTrait, SuiteTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestPlaces.shared.withPlace(function)
    }
}

extension Trait where Self == InTurnTrait {
    /// Only so many tests at once, whatever suite they are of.
    package static var inTurn: InTurnTrait { InTurnTrait() }
}
