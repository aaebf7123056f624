import JSONRows
import JSONRowsFuzzing
import Testing

@Suite struct AcceptedAnswerTests {
    @Test func `an answer gives its rows in order, with their places, and its fields`() throws {
        let body = """
            {"results":[{"clientId":"a","templateUri":"api/v2/users/{userId}","requests":2},
             {"requests":-3,"clientId":"b"}],"queryStatus":"Complete","cursors":{"after":"eyJvIjoxMDAwfQ=="}}
            """
        let scanned = scanEveryWay(body)

        #expect(scanned.error == nil)
        #expect(
            scanned.rows == [
                ScannedRow(
                    ordinal: 0, byteOffset: 12,
                    values: [.text("a"), .text("api/v2/users/{userId}"), .integer(2), .absent]),
                ScannedRow(ordinal: 1, byteOffset: 82, values: [.text("b"), .absent, .integer(-3), .absent]),
            ])
        let summary = try #require(scanned.summary)
        #expect(summary.rowCount == 2)
        #expect(summary.byteCount == body.utf8.count)
        #expect(summary.rowsMember == .array)
        #expect(summary.string("queryStatus") == "Complete")
        #expect(summary.string("cursors.after") == "eyJvIjoxMDAwfQ==")
        #expect(summary.fields["nextUri"] == .absent)
        #expect(summary.unknownRowKeys.total == 0)
        #expect(summary.unknownDocumentKeys.total == 0)
    }

    @Test(arguments: [
        (#"{"queryStatus":"Running"}"#, JSONRowsSummary.RowsMember.absent),
        (#"{}"#, .absent),
        (" {\r\n\t} \n", .absent),
        (#"{"results":null}"#, .null),
        (#"{"results":[]}"#, .array),
        (#"{ "results" : [ ] , "queryStatus" : "Complete" } "#, .array),
        (#"{"\u0072esults":[]}"#, .array),
        (#"{"other":{"results":[{}]}}"#, .absent),
        (#"{"other":[{"clientId":7}],"results":[]}"#, .array),
    ])
    func `an answer without rows tells whether their key was there`(
        body: String, member: JSONRowsSummary.RowsMember
    ) throws {
        let scanned = scanEveryWay(body)

        #expect(scanned.error == nil)
        #expect(scanned.rows.isEmpty)
        #expect(scanned.summary?.rowsMember == member)
    }

    @Test(arguments: [
        (#""""#, ""),
        (#""plain""#, "plain"),
        (#""exactly eight bytes, then \" a quote""#, "exactly eight bytes, then \" a quote"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC\uD83D\uDE00 \ud83d\ude00""#, "Aé€😀 😀"),
        (#""\u0000\u001f\u007F""#, "\u{0}\u{1F}\u{7F}"),
        (#""\uFFFF\uE000\uD7FF\udbff\udfff""#, "\u{FFFF}\u{E000}\u{D7FF}\u{10FFFF}"),
        ("\"é ß € 한 😀 \u{10FFFF} \u{7F}\"", "é ß € 한 😀 \u{10FFFF} \u{7F}"),
        ("\"Zürich 1234567 Ω\"", "Zürich 1234567 Ω"),
        (#""\\N null {[,:]}""#, "\\N null {[,:]}"),
        ("\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\"", "\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}"),
    ])
    func `a string is unescaped`(literal: String, text: String) {
        let scanned = scanEveryWay(
            #"{"results":[{"clientId":\#(literal),"oauthClient":{"id":\#(literal)}}],"nextUri":\#(literal)}"#)

        #expect(scanned.rows.map(\.values) == [[.text(text), .absent, .absent, .text(text)]])
        #expect(scanned.summary?.string("nextUri") == text)
        // Equality of strings looks through normalization, the bytes must be the same too.
        guard case .text(let value)? = scanned.rows.first?.values.first else { return }
        #expect(Array(value.utf8) == Array(text.utf8))
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("4294967297", 4_294_967_297),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775799", .max - 8),
        ] as [(String, Int64)])
    func `an integer of up to 64 bits is exact`(literal: String, value: Int64) {
        let scanned = scanEveryWay(#"{"results":[{"requests":\#(literal)},{"requests":\#(literal) }]}"#)

        #expect(scanned.rows.map { $0.values[2] } == [.integer(value), .integer(value)])
    }

    @Test func `null and absent differ, also on the way to a nested column or field`() {
        let scanned = scanEveryWay(
            """
            {"results":[{"clientId":null,"requests":null,"oauthClient":{"id":null}},{"oauthClient":null},
            {"oauthClient":{}},{"oauthClient":{"name":"n","id":"i"}},{}],"queryStatus":null,"cursors":null}
            """)

        #expect(
            scanned.rows.map(\.values) == [
                [.null, .absent, .null, .null],
                [.absent, .absent, .absent, .null],
                [.absent, .absent, .absent, .absent],
                [.absent, .absent, .absent, .text("i")],
                [.absent, .absent, .absent, .absent],
            ])
        #expect(scanned.summary?.fields == ["queryStatus": .null, "nextUri": .absent, "cursors.after": .null])
    }

    @Test(arguments: [
        "true", "false", "null", "0", "-0.0", "1.5", "1e2", "1E+2", "1e-2", "12.5e300", "1e999",
        "123456789012345678901",
        "[]", "[ ]", "[1, 2 ,3]", "{}", #"{"a":{"b":[{"c":"\ud83d\ude00"}]}}"#, #""text""#, "[[[]],[{}]]",
    ])
    func `the value of an unknown key may be anything`(literal: String) {
        let scanned = scanEveryWay(
            #"{"x":\#(literal),"results":[{"y":\#(literal),"requests":1},{"y":\#(literal)}],"z":\#(literal)}"#)

        #expect(scanned.error == nil)
        #expect(scanned.rows.map { $0.values[2] } == [.integer(1), .absent])
        #expect(scanned.summary?.unknownRowKeys == .init(occurrences: ["y": 2], unnamed: 0))
        #expect(scanned.summary?.unknownDocumentKeys == .init(occurrences: ["x": 1, "z": 1], unnamed: 0))
    }

    @Test func `a key is known by its text, however it is escaped and whatever resembles it`() {
        let scanned = scanEveryWay(
            """
            {"results":[{"client\\u0049d":"a","clientid":1,"clientIdX":2,"ClientId":3,"":4,"\\u0000":5,
            "oauthClient.id":6,"id":7}]}
            """)

        #expect(scanned.rows.map(\.values) == [[.text("a"), .absent, .absent, .absent]])
        #expect(
            scanned.summary?.unknownRowKeys.occurrences
                == ["clientid": 1, "clientIdX": 1, "ClientId": 1, "": 1, "\u{0}": 1, "oauthClient.id": 1, "id": 1])
    }

    @Test func `names of all lengths are told apart by every byte, also where the other was expected`() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let names = (1...40).map { String(letters.prefix($0)) }
        let schema = JSONRowsSchema(rowsKey: "results", columns: names.map { .integer($0) })
        for (column, name) in names.enumerated() {
            for position in name.indices {
                var other = name
                other.replaceSubrange(position...position, with: "!")
                let body = #"{"results":[{"\#(name)":1},{"\#(other)":2},{"\#(other)":2,"\#(name)":1}]}"#
                let scanned = scan(chunks: [Array(body.utf8)[...]], schema: schema)

                var row = [Value](repeating: .absent, count: names.count)
                let empty = row
                row[column] = .integer(1)
                #expect(scanned.rows.map(\.values) == [row, empty, row])
                #expect(scanned.summary?.unknownRowKeys.occurrences == [other: 2])
            }
        }
    }

    @Test func `keys may come in another order in every row`() {
        let members = [#""clientId":"a""#, #""templateUri":"b""#, #""requests":3"#, #""x":0"#, #""y":1"#]
        let rows = members.indices.map { shift in
            "{" + (members[shift...] + members[..<shift]).joined(separator: ",") + "}"
        }
        let scanned = scanEveryWay(#"{"results":[\#((rows + rows.reversed()).joined(separator: ","))]}"#)

        #expect(scanned.rows.count == 10)
        #expect(scanned.rows.allSatisfy { $0.values == [.text("a"), .text("b"), .integer(3), .absent] })
        #expect(scanned.summary?.unknownRowKeys.occurrences == ["x": 10, "y": 10])
    }

    @Test func `a row that is kept does not change when the next one is read`() throws {
        var scanner = JSONRowsScanner(schema: schema)
        var kept: [JSONRow] = []
        let body = #"{"results":[{"clientId":"first"},{"clientId":"\u0032nd"},{"clientId":"\u0033rd"}]}"#
        try scanner.feed(Array(body.utf8)) { kept.append(copy $0) }

        #expect(kept.map { $0.string(0) } == ["first", "2nd", "3rd"])
        #expect(kept.map { $0.withUTF8Bytes(0) { $0.count } } == [5, 3, 3])
        #expect(kept[0].withUTF8Bytes(1) { _ in true } == nil)
        #expect(kept[0].integer(2) == nil)
    }
}
