import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Warehouse

/// Whole answers of every view for analysts, beside those that `Tests/Golden/answers.py` computes of the same small world
/// without SQL.
@Suite(.database) struct GoldenAnswerTests {
    /// Numbers of which only the order counts.
    private static let orders = ["restatement.restatement_id", "channel_restatement.restatement_id"]

    @Test func `every view answers what was computed of the same world without SQL`() async throws {
        let store = try await GoldenStore()
        let views = try await store.administration.withConnection { connection in
            try connection.query(
                """
                SELECT view.relname::text, array_agg(attribute.attname::text ORDER BY attribute.attnum)
                FROM pg_class AS view
                INNER JOIN pg_attribute AS attribute ON attribute.attrelid = view.oid AND attribute.attnum > 0
                WHERE view.relnamespace = 'usage'::regnamespace
                GROUP BY view.relname
                ORDER BY view.relname
                """
            ).map { try $0.decode(String.self, [String].self) }
        }
        let folder = "\(Repository.root)/Tests/Golden/answers"
        let computed = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(computed.sorted() == views.map { "\($0.0).txt" }.sorted())
        for (view, columns) in views {
            let expected = try String(contentsOfFile: "\(folder)/\(view).txt", encoding: .utf8)
            let answer = try await table(view, columns.filter { !Self.orders.contains("\(view).\($0)") }, store)
            let difference = answer.split(separator: "\n").difference(from: expected.split(separator: "\n"))
            let (surplus, missing) = (difference.insertions.map(line), difference.removals.map(line))
            #expect((surplus, missing) == ([], []), "usage.\(view)")
        }
        await store.close()
    }

    /// The whole answer of a view as text: a header and its lines, in the order of their text.
    private func table(_ view: String, _ columns: [String], _ store: GoldenStore) async throws -> String {
        let cells = columns.map {
            "coalesce(nullif(\(quoted($0))::text, ''), CASE WHEN \(quoted($0)) IS NULL THEN 'NULL' ELSE '''''' END)"
        }
        let statement = SQL(unsafe: "SELECT ARRAY[\(cells.joined(separator: ", "))] FROM usage.\(quoted(view))")
        let lines = try await store.administration.withConnection(timeout: .seconds(120)) { connection in
            try connection.query(statement).map { try $0.decode([String].self) }
        }
        let rows = [columns] + lines.sorted { $0.lexicographicallyPrecedes($1) }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            var line = padded.joined(separator: "  ")[...]
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private func line(_ change: CollectionDifference<Substring>.Change) -> Substring {
        switch change {
        case .insert(_, let line, _), .remove(_, let line, _): line
        }
    }

    private func quoted(_ name: String) -> String {
        "\"\(name)\""
    }
}
