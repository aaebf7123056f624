import JSONRows

/// An answer that was not read as it should: by the scanner in two ways, or otherwise than by the reference.
package struct Disagreement: Equatable, CustomStringConvertible, Sendable {
    package let body: [UInt8]
    package let reason: String

    /// Compares the readings of an answer; nil when all agree.
    ///
    /// - Parameters:
    ///   - body: the answer.
    ///   - pieces: the same answer in pieces; nil for byte by byte.
    ///   - asksReference: whether Foundation is asked, too, which takes most of the time.
    package init?(on body: [UInt8], pieces: [ArraySlice<UInt8>]? = nil, asksReference: Bool = true) {
        self.body = body
        let whole = scan(chunks: [body[...]])
        let parts = scan(chunks: pieces ?? body.indices.map { body[$0...$0] })
        if let surprise = whole.surprise {
            reason = "the scanner threw \(surprise)"
        } else if whole != parts {
            reason = "whole it is \(whole), in pieces \(parts)"
        } else if let difference = Self.difference(ofDocument: body, from: whole) {
            reason = difference
        } else if asksReference, let difference = Self.difference(ofReference: body, from: whole) {
            reason = difference
        } else {
            return nil
        }
    }

    private static func difference(ofReference body: [UInt8], from scanned: Scanned) -> String? {
        guard KnownDifference(explaining: body, scanned.error) == nil else { return nil }
        let reading = ReferenceReading(body)
        guard let summary = scanned.summary else {
            // The decoder reads texts and numbers when they are asked for, and of members with one key that a skipped
            // object repeats only one is. The other reader of Foundation looks at all of them.
            guard reading != .refused, ReferenceReading.acceptsWhole(body) else { return nil }
            return "the reference accepts what is refused with \(String(describing: scanned.error))"
        }
        let expected = ReferenceReading.accepted(rows: scanned.rows.map(\.values), fields: summary.fields)
        return reading == expected ? nil : "the reference says \(reading), the scanner \(expected)"
    }

    /// The reader of small documents must see what the scanner sees beside the rows.
    private static func difference(ofDocument body: [UInt8], from scanned: Scanned) -> String? {
        let paths = schema.documentFields
        let read = Result { () throws(JSONRowsError) in
            try JSONDocument.read(body, columns: paths.map { .string($0) }).members
        }
        switch (read, scanned.summary) {
        case (.success(let members), let summary?):
            for (index, path) in paths.enumerated() where members.string(index) != summary.string(path) {
                return "\(path) is \(String(describing: members.string(index))) for the reader of documents"
            }
            return nil
        case (.failure(let error), .some): return "the reader of documents refuses it: \(error)"
        // Of rows it does not know what they must be.
        case (.success, nil):
            return scanned.error.flatMap { isAboutRows($0) ? nil : "the scanner alone refuses it: \($0)" }
        case (.failure, nil): return nil
        }
    }

    private static func isAboutRows(_ error: JSONRowsError) -> Bool {
        error.row != nil || error.column == schema.rowsKey || error.isBeyondLimit
            || error.kind == .duplicateKey("results")
    }

    package var description: String {
        "\(reason)\n\(String(decoding: body, as: UTF8.self))\n\(body)"
    }
}
