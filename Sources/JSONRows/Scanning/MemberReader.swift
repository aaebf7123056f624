/// Reads the named members of a row, or of the document, into slots; everything else is checked and dropped.
struct MemberReader {
    private(set) var keys: KeyTable
    /// What the last reading found. Whoever knows where it ended fills in the source bytes and the position.
    var row = JSONRow()
    private let kinds: [JSONRowsSchema.ColumnKind]
    private let emptySlots: [JSONRow.Slot]
    private let depthLimit: Int
    /// Number of the reading, by which keys met twice are noticed; the first is left to the document's own keys.
    private var reading = MemberReader.documentReading
    private var unnamedBefore = 0
    private var currentKey = KeyTable.none

    private static let documentReading = 1

    init(columns: [JSONRowsSchema.Column], limits: JSONRowsLimits) {
        keys = KeyTable(limits: limits)
        for (index, column) in columns.enumerated() { keys.add(path: column.path, role: .column(index)) }
        kinds = columns.map(\.kind)
        emptySlots = Array(repeating: .absent, count: columns.count)
        depthLimit = limits.depth
        row.slots = emptySlots
    }

    /// Adds the key of the rows.
    mutating func add(rowsKey: String) {
        keys.add(key: rowsKey, role: .rows)
    }

    /// Path of the column or document field, or of the object on the way to one, whose value is being read; after a
    /// failure, the one it concerns.
    var currentColumn: String? {
        guard currentKey >= 0 else { return nil }
        return switch keys.entries[currentKey].role {
        case .column, .object, .rows: keys.paths[currentKey]
        case .unknown: nil
        }
    }

    // MARK: Readings

    /// Reads a row; `index` is at its opening brace.
    mutating func readRow(_ bytes: RawSpan, _ index: inout Int, depth: Int) throws(Fault) {
        begin()
        do {
            try readObject(bytes, &index, ledToBy: KeyTable.root, depth: depth)
        } catch {
            keys.undo(reading: reading, unnamed: unnamedBefore)
            throw error
        }
    }

    /// Reads a key at the top level of the document; returns its entry, or `KeyTable.none`.
    mutating func readDocumentKey(_ bytes: RawSpan, _ index: inout Int) throws(Fault) -> Int {
        let start = index
        currentKey = KeyTable.none
        index += 1
        let name = try Grammar.string(bytes, &index)
        return try meet(
            bytes, name, at: start, in: KeyTable.root, after: KeyTable.none, reading: Self.documentReading)
    }

    /// Reads the value of a key at the top level of the document.
    mutating func readDocumentValue(of key: Int, _ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        begin()
        do {
            try readValue(of: key, bytes, &index, depth: 1)
            currentKey = KeyTable.none
        } catch {
            keys.undo(reading: reading, unnamed: unnamedBefore)
            throw error
        }
    }

    private mutating func begin() {
        reading += 1
        unnamedBefore = keys.unnamed
        currentKey = KeyTable.none
        for column in emptySlots.indices { row.slots[column] = .absent }
        row.unescaped.removeAll(keepingCapacity: true)
    }

    // MARK: Members

    private mutating func readObject(
        _ bytes: RawSpan,
        _ index: inout Int,
        ledToBy parent: Int,
        depth: Int
    ) throws(Fault) {
        guard depth <= depthLimit else { throw .invalid(.tooDeep(limit: depthLimit), at: index) }
        index += 1
        var next = try Grammar.significantByte(bytes, &index)
        if next == UInt8(ascii: "}") {
            index += 1
            return
        }
        var previous = KeyTable.root
        while true {
            let start = index
            let name = try Grammar.key(bytes, &index, beginningWith: next)
            let key = try meet(bytes, name, at: start, in: parent, after: previous, reading: reading)
            try readValue(of: key, bytes, &index, depth: depth)
            currentKey = KeyTable.none
            previous = key
            guard try Grammar.comma(bytes, &index, orEnd: UInt8(ascii: "}")) else { return }
            next = try Grammar.significantByte(bytes, &index)
        }
    }

    @inline(__always)
    private mutating func meet(
        _ bytes: RawSpan,
        _ name: Grammar.StringExtent,
        at start: Int,
        in parent: Int,
        after previous: Int,
        reading: Int
    ) throws(Fault) -> Int {
        let key: Int?
        if name.hasEscapes {
            var text: [UInt8] = []
            try Grammar.unescape(bytes, name, into: &text)
            key = keys.meet(text.span.bytes, 0, text.count, in: parent, after: previous, reading: reading)
        } else {
            key = keys.meet(bytes, name.start, name.end, in: parent, after: previous, reading: reading)
        }
        guard let key else { throw .invalid(.duplicateKey(try duplicateName(bytes, name)), at: start) }
        return key
    }

    private func duplicateName(_ bytes: RawSpan, _ name: Grammar.StringExtent) throws(Fault) -> String {
        var text: [UInt8] = []
        try Grammar.unescape(bytes, name, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @inline(__always)
    private mutating func readValue(of key: Int, _ bytes: RawSpan, _ index: inout Int, depth: Int) throws(Fault) {
        currentKey = key
        guard key >= 0, case let role = keys.entries[key].role, role != .unknown else {
            return try Grammar.skipValue(bytes, &index, depth: depth, limit: depthLimit)
        }
        let first = try Grammar.byte(bytes, index)
        switch role {
        case .column(let column):
            if first == UInt8(ascii: "\""), kinds[column] == .string {
                try readString(column, bytes, &index)
            } else if first == UInt8(ascii: "n") {
                try Grammar.literal("null", bytes, &index)
                row.slots[column] = .null
            } else {
                try readNumber(column, beginningWith: first, bytes, &index)
            }
        case .object where first == UInt8(ascii: "n"):
            try Grammar.literal("null", bytes, &index)
            for case (let entry, .column(let column)) in keys.entries.map(\.role).enumerated()
            where keys.leads(from: key, to: entry) {
                row.slots[column] = .null
            }
        case .object where first == UInt8(ascii: "{"):
            try readObject(bytes, &index, ledToBy: key, depth: depth + 1)
        case .rows where first == UInt8(ascii: "n"):
            try Grammar.literal("null", bytes, &index)
        case .object, .rows, .unknown:
            let found = try Grammar.type(ofValueBeginningWith: first, at: index)
            throw .invalid(.wrongType(expected: role == .rows ? .array : .object, found: found), at: index)
        }
    }

    @inline(__always)
    private mutating func readString(_ column: Int, _ bytes: RawSpan, _ index: inout Int) throws(Fault) {
        index += 1
        let extent = try Grammar.string(bytes, &index)
        if extent.hasEscapes {
            let start = row.unescaped.count
            try Grammar.unescape(bytes, extent, into: &row.unescaped)
            row.slots[column] = .unescaped(start: start, end: row.unescaped.count)
        } else {
            row.slots[column] = .source(start: extent.start, end: extent.end)
        }
    }

    @inline(__always)
    private mutating func readNumber(
        _ column: Int,
        beginningWith first: UInt8,
        _ bytes: RawSpan,
        _ index: inout Int
    ) throws(Fault) {
        let type = try Grammar.type(ofValueBeginningWith: first, at: index)
        guard kinds[column] != .string, type == .number else {
            let expected: JSONRowsError.ValueType = kinds[column] == .string ? .string : .number
            throw .invalid(.wrongType(expected: expected, found: type), at: index)
        }
        let number = try Grammar.number(bytes, &index)
        if kinds[column] == .number {
            row.slots[column] = .source(start: number.start, end: number.end)
            return
        }
        if number.hasFractionOrExponent { throw .invalid(.notAnInteger, at: number.start) }
        if number.overflows {
            let digits = (number.start..<min(number.end, number.start + 24)).map {
                Character(Unicode.Scalar(bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self)))
            }
            throw .invalid(.integerOutOfRange(String(digits)), at: number.start)
        }
        row.slots[column] = .integer(number.integer)
    }
}
