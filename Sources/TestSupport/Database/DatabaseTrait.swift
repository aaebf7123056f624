package import Testing

/// Gives each test, or each case of a parameterised one, a database of its own.
package struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    let content: TestDatabase.Content

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestPlaces.shared.withPlace { [content] in
            try await TestCluster.shared.withDatabase(content) { database in
                try await TestDatabase.$bound.withValue(database, operation: function)
            }
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with the migrated schema in ``TestDatabase/current``.
    package static var database: DatabaseTrait { DatabaseTrait(content: .migrated) }

    /// A database without any schema in ``TestDatabase/current``.
    package static var emptyDatabase: DatabaseTrait { DatabaseTrait(content: .empty) }
}
