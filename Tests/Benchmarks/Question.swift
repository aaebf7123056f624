import Foundation

/// A question that is measured: one entry of `questions.sql`.
struct Question: Sendable {
    let name: String
    let sql: String

    struct Malformed: Error, CustomStringConvertible {
        let entry: String
        var description: String { "questions.sql: an entry is \"-- name\" and one statement, unlike: \(entry)" }
    }

    /// The questions in the order of the file.
    static var all: [Question] {
        get throws {
            // The first entry is the file's own comment.
            try String(decoding: PackageResources.questions_sql, as: UTF8.self)
                .components(separatedBy: "\n\n").dropFirst().map(Question.init(entry:))
        }
    }

    init(entry: String) throws {
        let lines = entry.split(separator: "\n", maxSplits: 1)
        guard lines.count == 2, lines[0].hasPrefix("-- "), let end = lines[1].lastIndex(of: ";") else {
            throw Malformed(entry: entry)
        }
        name = String(lines[0].dropFirst(3))
        sql = String(lines[1][..<end])
    }
}
