import Postgres
import TestSupport
import Testing

@Suite(.inTurn) struct SQLTests {
    @Test func `interpolated values become placeholders`() {
        let sql: SQL = "SELECT \(1) + \(2 as Int16), \("it's") || \(nil as String?)"
        #expect(sql.text == "SELECT $1 + $2, $3 || $4")
    }

    @Test func `a spliced statement is renumbered, and its own text untouched`() {
        let condition: SQL = "name = \("a") OR note = '$1'"
        let sql: SQL = "SELECT \(7) WHERE \(condition) AND \(8) > 0"
        #expect(sql.text == "SELECT $1 WHERE name = $2 OR note = '$1' AND $3 > 0")
    }

    @Test(arguments: [("plain", "\"plain\""), ("a\"b", "\"a\"\"b\""), ("\"", "\"\"\"\""), ("Größe 1", "\"Größe 1\"")])
    func `identifiers are quoted`(name: String, quoted: String) {
        #expect(("\(identifier: name)" as SQL).text == quoted)
    }

    @Test func `unsafe text is pasted`() {
        #expect(("SELECT \(unsafe: "now()")" as SQL).text == "SELECT now()")
    }
}
