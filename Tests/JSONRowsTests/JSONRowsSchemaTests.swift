import JSONRows
import JSONRowsFuzzing
import Testing

@Suite struct JSONRowsSchemaTests {
    @Test func `a path named twice, or leading through another, stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = JSONRowsScanner(schema: JSONRowsSchema(rowsKey: "r", columns: [.string("a"), .integer("a")]))
        }
        await #expect(processExitsWith: .failure) {
            _ = JSONRowsScanner(schema: JSONRowsSchema(rowsKey: "r", columns: [.string("a"), .string("a.b")]))
        }
        await #expect(processExitsWith: .failure) {
            _ = JSONRowsScanner(schema: JSONRowsSchema(rowsKey: "r", columns: [], documentFields: ["r"]))
        }
    }

    @Test func `columns may share the way to them, and the key of the rows may hold a dot`() {
        let schema = JSONRowsSchema(
            rowsKey: "a.b", columns: [.string("user.id"), .string("user.name"), .integer("user.limits.count")])
        let scanned = scanEveryWay(
            #"{"a.b":[{"user":{"name":"n","limits":{"count":3},"id":"i"}},{"user":null}]}"#, schema: schema)
        #expect(scanned.rows.map(\.values) == [[.text("i"), .text("n"), .integer(3)], [.null, .null, .null]])
    }
}
