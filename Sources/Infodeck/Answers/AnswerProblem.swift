import JSONRows

/// What is wrong with an answer that came with success.
package struct AnswerProblem: Error, Equatable, Sendable {
    /// Path of the field, `data.usageSms`; nil when the answer as a whole is wrong.
    package let field: String?
    package let problem: String

    init(field: String, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    /// What the reader of JSON found.
    init(_ error: JSONRowsError) {
        field = error.column
        problem = error.column == nil ? "\(error)" : "at byte \(error.byteOffset): \(error.kind)"
    }
}

extension AnswerProblem: CustomStringConvertible {
    package var description: String {
        field.map { "\($0) \(problem)" } ?? problem
    }
}
