/// Reads the rows of a JSON answer while it arrives, in chunks cut anywhere.
///
/// The answer is an object whose member `rowsKey` is an array of objects, the rows. It must be JSON to the letter of
/// RFC 8259, in UTF-8 without byte order mark, and beyond that each object that is read, that is the document, a row
/// or an object on the way to a column, must not repeat a key. Repeated keys pass in two places: inside values that
/// are skipped because the schema does not name them, and among unknown keys too many or too long to be remembered.
///
/// Memory stays below a small multiple of the longest row, whatever the length of the answer. After an error the
/// scanner stays failed: it throws the same error again.
///
/// ```swift
/// var scanner = JSONRowsScanner(schema: schema)
/// for try await chunk in body {
///     try chunk.withUnsafeReadableBytes { bytes in
///         try scanner.feed(bytes) { row in … }
///     }
/// }
/// let summary = try scanner.finish()
/// ```
package struct JSONRowsScanner: Sendable {
    /// What may come next in the document, white space aside.
    private enum Expectation {
        case document
        case firstKeyOrEnd
        case key
        case colon
        case value
        case firstRowOrEnd
        case row
        case commaOrEndOfRows
        case commaOrEnd
        case end
    }

    private let limits: JSONRowsLimits
    private let documentFields: [String]
    private var expectation = Expectation.document
    private var rowReader: MemberReader
    private var documentReader: MemberReader
    /// Entry of the key at the top level whose value is expected.
    private var documentKey = KeyTable.none
    private var rowsMember = JSONRowsSummary.RowsMember.absent
    private var fields: [String: JSONRowsSummary.Field] = [:]
    private var rowCount = 0
    /// Bytes of the chunks before the current one.
    private var bytesBefore = 0
    /// The beginning of a row, key or value that was cut by the end of a chunk.
    private var held: [UInt8] = []
    private var heldExtent = ValueExtent()
    private var failure: JSONRowsError?

    /// Makes a scanner for one answer.
    package init(schema: JSONRowsSchema, limits: JSONRowsLimits = JSONRowsLimits()) {
        self.limits = limits
        documentFields = schema.documentFields
        rowReader = MemberReader(columns: schema.columns, limits: limits)
        documentReader = MemberReader(columns: schema.documentFields.map { .string($0) }, limits: limits)
        documentReader.add(rowsKey: schema.rowsKey)
    }

    // MARK: Feeding

    /// Reads the next bytes of the answer and hands out each row that they complete.
    ///
    /// - Parameters:
    ///   - chunk: the bytes that follow those fed before.
    ///   - onRow: receives the rows in order. What it throws is rethrown, and ends the scanner.
    /// - Throws: `JSONRowsError` when the answer is not what the schema and the limits allow; the rows before the
    ///   place have been handed out.
    package mutating func feed(_ chunk: RawSpan, onRow: (borrowing JSONRow) throws -> Void) throws {
        if let failure { throw failure }
        var index = 0
        do {
            while index < chunk.byteCount {
                if held.isEmpty {
                    try step(chunk, &index, onRow)
                } else {
                    try resume(chunk, &index, onRow)
                }
            }
        } catch {
            failure = error as? JSONRowsError ?? self.error(.abandoned, at: bytesBefore + index)
            throw error
        }
        bytesBefore += chunk.byteCount
    }

    /// Reads the next bytes of the answer; see `feed(_:onRow:)` of a `RawSpan`.
    package mutating func feed(
        _ chunk: UnsafeRawBufferPointer,
        onRow: (borrowing JSONRow) throws -> Void
    ) throws {
        try feed(chunk.bytes, onRow: onRow)
    }

    /// Reads the next bytes of the answer; see `feed(_:onRow:)` of a `RawSpan`.
    package mutating func feed(_ chunk: [UInt8], onRow: (borrowing JSONRow) throws -> Void) throws {
        try feed(chunk.span.bytes, onRow: onRow)
    }

    /// States that the answer ended, and tells what it held besides its rows.
    ///
    /// - Throws: `JSONRowsError` when the document is not complete, or an earlier error again.
    package mutating func finish() throws(JSONRowsError) -> JSONRowsSummary {
        if let failure { throw failure }
        do {
            try checkEnd()
        } catch {
            failure = error
            throw error
        }
        return JSONRowsSummary(
            rowCount: rowCount,
            byteCount: bytesBefore,
            rowsMember: rowsMember,
            fields: Dictionary(uniqueKeysWithValues: documentFields.map { ($0, fields[$0] ?? .absent) }),
            unknownRowKeys: rowReader.keys.unknownKeys,
            unknownDocumentKeys: documentReader.keys.unknownKeys
        )
    }

    private mutating func checkEnd() throws(JSONRowsError) {
        if !held.isEmpty {
            // What was held may be wrong before its end, and then that is the error whatever the cuts.
            let bytes = held
            var index = 0
            do throws(Fault) {
                try read(bytes.span.bytes, &index)
                expectation = .commaOrEnd
            } catch {
                if case .invalid(let kind, let offset) = error {
                    throw self.error(kind, at: bytesBefore - bytes.count + offset)
                }
                index = bytes.count
            }
            // Only a literal or number is held in spite of being complete.
            if index < bytes.count { throw misplaced(bytes[index], at: bytesBefore - bytes.count + index) }
            throw error(.truncated, at: bytesBefore)
        }
        switch expectation {
        case .end: return
        case .document: throw error(.emptyBody, at: bytesBefore)
        default: throw error(.truncated, at: bytesBefore)
        }
    }

    // MARK: The document

    /// Reads what begins at the next significant byte.
    private mutating func step(
        _ chunk: RawSpan,
        _ index: inout Int,
        _ onRow: (borrowing JSONRow) throws -> Void
    ) throws {
        let byte = chunk.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        guard !Grammar.isWhitespace(byte) else {
            index += 1
            return
        }
        switch (expectation, byte) {
        case (.commaOrEndOfRows, UInt8(ascii: ",")): pass(&index, expecting: .row)
        case (.row, _), (.firstRowOrEnd, UInt8(ascii: "{")):
            expectation = .row
            guard byte == UInt8(ascii: "{") else { throw misplaced(byte, expected: .object, at: bytesBefore + index) }
            try begin(chunk, &index, onRow)
        case (.colon, UInt8(ascii: ":")): pass(&index, expecting: .value)
        case (.value, UInt8(ascii: "[")) where isRowsExpected:
            rowsMember = .array
            pass(&index, expecting: .firstRowOrEnd)
        case (.value, _), (.key, UInt8(ascii: "\"")): try begin(chunk, &index, onRow)
        case (.firstKeyOrEnd, UInt8(ascii: "\"")):
            expectation = .key
            try begin(chunk, &index, onRow)
        case (.commaOrEnd, UInt8(ascii: ",")): pass(&index, expecting: .key)
        case (.firstRowOrEnd, UInt8(ascii: "]")), (.commaOrEndOfRows, UInt8(ascii: "]")):
            pass(&index, expecting: .commaOrEnd)
        case (.firstKeyOrEnd, UInt8(ascii: "}")), (.commaOrEnd, UInt8(ascii: "}")): pass(&index, expecting: .end)
        case (.document, UInt8(ascii: "{")): pass(&index, expecting: .firstKeyOrEnd)
        case (.firstRowOrEnd, _):
            expectation = .row
            throw misplaced(byte, expected: .object, at: bytesBefore + index)
        default: throw misplaced(byte, at: bytesBefore + index)
        }
    }

    private mutating func pass(_ index: inout Int, expecting next: Expectation) {
        expectation = next
        index += 1
    }

    private var isRowsExpected: Bool {
        documentKey >= 0 && documentReader.keys.entries[documentKey].role == .rows
    }

    /// Reads a row, key or value; holds it if the chunk ends first.
    private mutating func begin(
        _ chunk: RawSpan,
        _ index: inout Int,
        _ onRow: (borrowing JSONRow) throws -> Void
    ) throws {
        let window = chunk.extracting(index..<index + min(limits.rowBytes, chunk.byteCount - index))
        let offset = bytesBefore + index
        var end = 0
        do throws(Fault) {
            try read(window, &end)
        } catch .invalid(let kind, let place) {
            throw error(kind, at: offset + place)
        } catch .truncated {
            guard window.byteCount < limits.rowBytes else { throw error(.tooLong(limit: limits.rowBytes), at: offset) }
            append(window, to: &held)
            heldExtent = ValueExtent()
            _ = heldExtent.end(in: window)
            index = chunk.byteCount
            return
        }
        index += end
        try accept(window.extracting(0..<end), at: offset, onRow)
    }

    /// Adds to what was held, and reads it once it is whole.
    private mutating func resume(
        _ chunk: RawSpan,
        _ index: inout Int,
        _ onRow: (borrowing JSONRow) throws -> Void
    ) throws {
        let countBefore = held.count
        let window = chunk.extracting(index..<index + min(limits.rowBytes - countBefore, chunk.byteCount - index))
        let extent = heldExtent.end(in: window)
        append(window.extracting(0..<(extent ?? window.byteCount)), to: &held)
        guard extent != nil || held.count == limits.rowBytes else {
            index = chunk.byteCount
            return
        }

        // Taken out, so that reading it and changing the scanner do not overlap.
        var bytes: [UInt8] = []
        swap(&bytes, &held)
        let offset = bytesBefore + index - countBefore
        var end = 0
        do throws(Fault) {
            try read(bytes.span.bytes, &end)
        } catch .invalid(let kind, let place) {
            throw error(kind, at: offset + place)
        } catch .truncated {
            throw error(.tooLong(limit: limits.rowBytes), at: offset)
        }
        index += max(0, end - countBefore)
        try accept(bytes.span.bytes.extracting(0..<end), at: offset, onRow)
        // A literal or number was held for the sake of bytes that turn out to be none of it.
        if end < countBefore { throw misplaced(bytes[end], at: offset + end) }
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &held)
    }

    private mutating func read(_ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        switch expectation {
        case .row: try rowReader.readRow(bytes, &index, depth: 3)
        case .value: try documentReader.readDocumentValue(of: documentKey, bytes, &index)
        default: documentKey = try documentReader.readDocumentKey(bytes, &index)
        }
    }

    /// Takes over what was read from `bytes`.
    private mutating func accept(
        _ bytes: RawSpan,
        at offset: Int,
        _ onRow: (borrowing JSONRow) throws -> Void
    ) throws {
        switch expectation {
        case .row:
            expectation = .commaOrEndOfRows
            rowReader.row.source.removeAll(keepingCapacity: true)
            append(bytes, to: &rowReader.row.source)
            rowReader.row.ordinal = rowCount
            rowReader.row.byteOffset = offset
            rowCount += 1
            try onRow(rowReader.row)
        case .value:
            expectation = .commaOrEnd
            if isRowsExpected { rowsMember = .null }
            keepFields(bytes)
        default:
            expectation = .colon
        }
    }

    private mutating func keepFields(_ bytes: RawSpan) {
        documentReader.row.source.removeAll(keepingCapacity: true)
        append(bytes, to: &documentReader.row.source)
        for (index, path) in documentFields.enumerated() {
            if documentReader.row.isNull(index) { fields[path] = .null }
            if let text = documentReader.row.string(index) { fields[path] = .string(text) }
        }
    }

    private func append(_ bytes: RawSpan, to array: inout [UInt8]) {
        bytes.withUnsafeBytes { array.append(contentsOf: $0) }
    }

    // MARK: Errors

    private func error(_ kind: JSONRowsError.Kind, at offset: Int) -> JSONRowsError {
        let column: String? =
            switch expectation {
            case .row: rowReader.currentColumn
            case .value: documentReader.currentColumn
            default: nil
            }
        return JSONRowsError(kind: kind, byteOffset: offset, row: expectation == .row ? rowCount : nil, column: column)
    }

    /// The error for a byte that begins a value of another type, or none.
    private func misplaced(_ byte: UInt8, expected: JSONRowsError.ValueType, at offset: Int) -> JSONRowsError {
        do throws(Fault) {
            let found = try Grammar.type(ofValueBeginningWith: byte, at: 0)
            return error(.wrongType(expected: expected, found: found), at: offset)
        } catch {
            return self.error(.unexpectedByte(byte, expected: "a value"), at: offset)
        }
    }

    /// The error for a byte that the document does not allow here.
    private func misplaced(_ byte: UInt8, at offset: Int) -> JSONRowsError {
        let expected =
            switch expectation {
            case .firstKeyOrEnd: "a key in quotes or \"}\""
            case .key: "a key in quotes"
            case .colon: "\":\""
            case .commaOrEndOfRows: "\",\" or \"]\""
            case .commaOrEnd: "\",\" or \"}\""
            case .document, .value, .firstRowOrEnd, .row, .end: "a value"
            }
        let kind: JSONRowsError.Kind =
            switch (expectation, byte) {
            case (.end, _): .trailingByte(byte)
            case (.document, UInt8(ascii: "<")): .markup
            case (.document, 0xEF), (.document, 0xFE), (.document, 0xFF): .byteOrderMark(byte)
            case (.document, UInt8(ascii: "[")): .wrongType(expected: .object, found: .array)
            case (.document, _): .notAnObject(byte)
            default: .unexpectedByte(byte, expected: expected)
            }
        return error(kind, at: offset)
    }
}
