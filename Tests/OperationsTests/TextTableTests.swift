import Operations
import Testing

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest cell, and no line ends with spaces`() {
        var table = TextTable(["FILE", "STATE"])
        table.add(["0001-schema.sql", "applied"])
        table.add(["a", "x"])
        #expect(
            table.description == """
                FILE             STATE
                0001-schema.sql  applied
                a                x
                """)
    }

    @Test func `a table without rows is its titles`() {
        #expect(TextTable(["A", "B"]).description == "A  B")
    }

    @Test func `rows may be shorter or longer than the titles`() {
        var table = TextTable(["A", "B"])
        table.add(["1"])
        table.add(["1", "2", "3"])
        #expect(table.description == "A  B\n1\n1  2  3")
    }

    @Test(arguments: [
        ("é", 1), ("e\u{301}", 1), ("統計", 4), ("ｆｕｌｌ", 8), ("한국", 4), ("😀", 2), ("👩‍👩‍👧", 2), ("🇹🇼", 2), ("❤️", 2),
        ("ﬁ", 1), ("Ω", 1), ("…", 1),
    ])
    func `a wide character takes two columns, a combined one those of its base`(text: String, columns: Int) {
        var table = TextTable(["12345678", "B"])
        table.add([text, "x"])
        #expect(table.description == "12345678  B\n\(text)\(String(repeating: " ", count: 10 - columns))x")
    }

    @Test(arguments: [
        ("a\nb  forged", #"a\nb  forged"#), ("a\r\u{1B}[2Kb", #"a\r\u001b[2Kb"#), ("a\tb", #"a\tb"#),
        ("a\u{2028}b", #"a\u2028b"#), ("a\u{202E}b", #"a\u202eb"#), ("a\r\nb", #"a\r\nb"#), ("a\0b", #"a\u0000b"#),
    ])
    func `a cell can forge no line`(cell: String, shown: String) {
        var table = TextTable(["A", "B"])
        table.add([cell, "x"])
        let lines = table.description.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2)
        #expect(lines.last == "\(shown)  x")
    }

    @Test(arguments: [
        ("12345", "12345", false), ("123456", "1234…", true), ("統計統", "統計…", true), ("1統統統", "1統…", true),
        ("", "", false),
    ])
    func `a cell that is too long is cut and says so`(cell: String, shown: String, isCut: Bool) {
        var table = TextTable(["A"], widestCell: 5)
        table.add([cell])
        #expect(table.description == "A\n\(shown)")
        #expect(table.isCut == isCut)
    }
}
