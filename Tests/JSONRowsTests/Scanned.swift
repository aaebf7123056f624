import JSONRows
import Testing

/// The schema of all suites: two strings, an integer, a nested string.
let schema = JSONRowsSchema(
    rowsKey: "results",
    columns: [.string("clientId"), .string("templateUri"), .integer("requests"), .string("oauthClient.id")],
    documentFields: ["queryStatus", "nextUri", "cursors.after"]
)

/// What a column held.
enum Value: Equatable, Sendable {
    case absent
    case null
    case text(String)
    case integer(Int64)
}

/// A row that was handed out.
struct ScannedRow: Equatable, Sendable {
    var ordinal: Int
    var byteOffset: Int
    var values: [Value]
}

/// All that a scanner said about one answer.
struct Scanned: Equatable, Sendable {
    var rows: [ScannedRow] = []
    var summary: JSONRowsSummary?
    var error: JSONRowsError?
}

/// Scans the chunks one after the other.
func scan(
    chunks: some Sequence<ArraySlice<UInt8>>,
    schema: JSONRowsSchema = schema,
    limits: JSONRowsLimits = JSONRowsLimits()
) -> Scanned {
    var scanner = JSONRowsScanner(schema: schema, limits: limits)
    var scanned = Scanned()
    do {
        for chunk in chunks {
            try chunk.withUnsafeBytes { bytes in
                try scanner.feed(bytes) { row in
                    scanned.rows.append(copy(row, schema: schema))
                }
            }
        }
        scanned.summary = try scanner.finish()
    } catch let error as JSONRowsError {
        scanned.error = error
    } catch {
        Issue.record(error)
    }
    return scanned
}

/// Scans the answer whole, then cut in two at every place and byte by byte, and requires the same of all.
func scanEveryWay(
    _ body: [UInt8],
    schema: JSONRowsSchema = schema,
    limits: JSONRowsLimits = JSONRowsLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> Scanned {
    let whole = scan(chunks: [body[...]], schema: schema, limits: limits)
    for cut in 0...body.count {
        let halves = scan(chunks: [body[..<cut], body[cut...]], schema: schema, limits: limits)
        guard halves == whole else {
            #expect(halves == whole, "cut at \(cut)", sourceLocation: sourceLocation)
            break
        }
    }
    let single = scan(chunks: body.indices.map { body[$0...$0] }, schema: schema, limits: limits)
    #expect(single == whole, "byte by byte", sourceLocation: sourceLocation)
    return whole
}

func scanEveryWay(
    _ body: String,
    schema: JSONRowsSchema = schema,
    limits: JSONRowsLimits = JSONRowsLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) -> Scanned {
    scanEveryWay(Array(body.utf8), schema: schema, limits: limits, sourceLocation: sourceLocation)
}

private func copy(_ row: borrowing JSONRow, schema: JSONRowsSchema) -> ScannedRow {
    var values: [Value] = []
    for (index, column) in schema.columns.enumerated() {
        if row.isAbsent(index) {
            values.append(.absent)
        } else if row.isNull(index) {
            values.append(.null)
        } else {
            switch column.kind {
            case .string, .number: values.append(row.string(index).map(Value.text) ?? .absent)
            case .integer: values.append(row.integer(index).map(Value.integer) ?? .absent)
            }
        }
    }
    return ScannedRow(ordinal: row.ordinal, byteOffset: row.byteOffset, values: values)
}
