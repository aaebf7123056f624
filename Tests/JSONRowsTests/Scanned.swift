import JSONRows
import JSONRowsFuzzing
import Testing

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
    #expect(whole.surprise == nil, sourceLocation: sourceLocation)
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
