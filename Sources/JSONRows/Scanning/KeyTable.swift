/// The keys of one kind of object: those the schema names, and the unknown ones met so far.
///
/// Objects of one kind tend to have the same keys in the same order, so each key remembers which one came after it
/// the last time; other keys are searched for.
struct KeyTable {
    /// What a key leads to.
    enum Role: Equatable {
        /// A column or document field, by its index in the schema.
        case column(Int)
        /// An object on the way to one.
        case object
        /// The array of rows.
        case rows
        /// Nothing that the schema names.
        case unknown
    }

    struct Entry {
        let role: Role
        /// The object that the key belongs to, as the entry that leads there, or `root`.
        let parent: Int
        let name: Name
        /// Which reading of an object met the key last.
        var reading = 0
        /// How often the key was met.
        var occurrences = 0
        /// The key that came after this one the last time.
        var follower = KeyTable.none
        /// The key that came first in the object this one leads to the last time.
        var firstMember = KeyTable.none
    }

    /// A name as two words and a length, which are the whole of a name of up to sixteen bytes.
    struct Name: Equatable {
        let head: UInt64
        let tail: UInt64
        let count: Int
    }

    /// Stands for the row or document itself where a parent is asked for, and for the beginning of an object where the
    /// key before is.
    static let root = -1
    /// Stands for no key, or for an unknown one that is not remembered.
    static let none = -2

    private(set) var entries: [Entry] = []
    /// Paths of the entries.
    private(set) var paths: [String] = []
    /// Unknown keys met that could not be remembered.
    private(set) var unnamed = 0
    private var names: [[UInt8]] = []
    private var firstInRoot = KeyTable.none
    private var unknownNames = 0
    private let limits: JSONRowsLimits

    init(limits: JSONRowsLimits) {
        self.limits = limits
    }

    /// Adds a key of the row or document itself, which may contain dots.
    mutating func add(key: String, role: Role) {
        let name = Array(key.utf8)
        let isNew = !entries.indices.contains { entries[$0].parent == KeyTable.root && names[$0] == name }
        precondition(isNew, "the key \(key) is in conflict with a path")
        _ = append(name, role: role, parent: KeyTable.root)
    }

    /// Adds the key at the end of a path, and those of the objects that lead to it.
    mutating func add(path: String, role: Role) {
        var parent = KeyTable.root
        let keys = path.split(separator: ".", omittingEmptySubsequences: false)
        for (depth, key) in keys.enumerated() {
            let isLast = depth == keys.count - 1
            let name = Array(key.utf8)
            let known = entries.indices.first { entries[$0].parent == parent && names[$0] == name }
            if let known {
                precondition(!isLast && entries[known].role == .object, "the path \(path) is in conflict with another")
                parent = known
            } else {
                parent = append(name, role: isLast ? role : .object, parent: parent)
            }
        }
    }

    /// The entry of a key that was met in the object that `parent` leads to, after the key `previous`, which is `root`
    /// at the beginning of an object.
    ///
    /// Answers `none` for an unknown key that is not remembered, and nil for a key already met in this reading.
    @inline(__always)
    mutating func meet(
        _ bytes: RawSpan,
        _ start: Int,
        _ end: Int,
        in parent: Int,
        after previous: Int,
        reading: Int
    ) -> Int? {
        let name = Self.name(bytes, start, end)
        let expected = expectedKey(parent: parent, after: previous)
        let index: Int
        if expected >= 0, entries[expected].name == name, name.count <= 16 || equals(expected, bytes, start, end) {
            index = expected
        } else {
            index = search(name, bytes, start, end, parent: parent)
            guard index >= 0 else {
                unnamed += 1
                return KeyTable.none
            }
            expect(index, parent: parent, after: previous)
        }

        guard entries[index].reading != reading else { return nil }
        entries[index].reading = reading
        entries[index].occurrences += 1
        return index
    }

    /// Forgets what a reading met that will be repeated.
    mutating func undo(reading: Int, unnamed: Int) {
        for index in entries.indices where entries[index].reading == reading {
            entries[index].reading = 0
            entries[index].occurrences -= 1
        }
        self.unnamed = unnamed
    }

    /// Whether the object that `ancestor` leads to holds the key, at any depth.
    func leads(from ancestor: Int, to index: Int) -> Bool {
        var parent = entries[index].parent
        while parent >= 0 {
            if parent == ancestor { return true }
            parent = entries[parent].parent
        }
        return false
    }

    @inline(__always)
    private func expectedKey(parent: Int, after previous: Int) -> Int {
        if previous >= 0 {
            entries[previous].follower
        } else if previous == KeyTable.root {
            parent >= 0 ? entries[parent].firstMember : firstInRoot
        } else {
            KeyTable.none
        }
    }

    private mutating func expect(_ index: Int, parent: Int, after previous: Int) {
        if previous >= 0 {
            entries[previous].follower = index
        } else if previous == KeyTable.root {
            if parent >= 0 { entries[parent].firstMember = index } else { firstInRoot = index }
        }
    }

    /// The unknown keys met, as a summary shows them.
    var unknownKeys: JSONRowsSummary.UnknownKeys {
        var occurrences: [String: Int] = [:]
        for (entry, path) in zip(entries, paths) where entry.role == .unknown && entry.occurrences > 0 {
            occurrences[path, default: 0] += entry.occurrences
        }
        return JSONRowsSummary.UnknownKeys(occurrences: occurrences, unnamed: unnamed)
    }

    private mutating func search(_ name: Name, _ bytes: RawSpan, _ start: Int, _ end: Int, parent: Int) -> Int {
        for index in entries.indices where entries[index].parent == parent && entries[index].name == name {
            if equals(index, bytes, start, end) { return index }
        }
        guard unknownNames < limits.unknownNames, name.count <= limits.unknownNameBytes else { return KeyTable.none }
        unknownNames += 1
        let copy = (start..<end).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        return append(copy, role: .unknown, parent: parent)
    }

    private mutating func append(_ name: [UInt8], role: Role, parent: Int) -> Int {
        entries.append(Entry(role: role, parent: parent, name: Self.name(name.span.bytes, 0, name.count)))
        let text = String(decoding: name, as: UTF8.self)
        paths.append(parent >= 0 ? "\(paths[parent]).\(text)" : text)
        names.append(name)
        return entries.count - 1
    }

    private func equals(_ index: Int, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard names[index].count == end - start else { return false }
        return (start..<end).allSatisfy {
            names[index][$0 - start] == bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
        }
    }

    /// Head and tail overlap in a name of 9 to 15 bytes; a shorter one is all head.
    @inline(__always)
    private static func name(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Name {
        let count = end &- start
        if count >= 8 {
            let head = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
            let tail = bytes.unsafeLoadUnaligned(fromByteOffset: end &- 8, as: UInt64.self)
            return Name(head: UInt64(littleEndian: head), tail: UInt64(littleEndian: tail), count: count)
        }
        var head: UInt64 = 0
        if start <= bytes.byteCount &- 8 {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
            head = UInt64(littleEndian: word) & ((1 &<< UInt64(count &* 8)) &- 1)
        } else {
            for offset in 0..<count {
                let byte = bytes.unsafeLoad(fromByteOffset: start &+ offset, as: UInt8.self)
                head |= UInt64(byte) &<< UInt64(offset &* 8)
            }
        }
        return Name(head: head, tail: 0, count: count)
    }
}
