import Yams

/// One value of the file, with its place; its methods give the value in a Swift type or report why not.
///
/// Each returns nil exactly when a problem was reported: by itself, or by what holds the value if that is absent.
struct Field {
    let node: Node
    let path: String
    let findings: Findings
    /// The line of its key.
    let keyLine: Int
    let position: Position

    init(node: Node, path: String, findings: Findings, keyLine: Int = 1, fallback: Position = .start) {
        self.node = node
        self.path = path
        self.findings = findings
        self.keyLine = keyLine
        // A value that is absent has its mark behind the key, possibly on a later line.
        position = node.isNull ? fallback : Position(of: node) ?? fallback
    }

    /// Reports a problem of this value.
    func refuse(_ fault: String, _ remedy: String) {
        findings.add(at: position, key: path, fault: fault, remedy: remedy)
    }

    /// A mapping whose keys are all known.
    func section(known: [String], foreign: [String: String] = [:]) -> Section? {
        guard case .mapping(let mapping) = node else {
            refuseType("keys with values", remedy: "give \(list(known))")
            return nil
        }
        return Section(mapping, of: self, known: known, foreign: foreign)
    }

    /// The text of one key of a mapping, whatever else is wrong with it; reports nothing.
    func peek(_ key: String) -> String? {
        guard case .mapping(let mapping) = node else { return nil }
        for case (.scalar(let name), .scalar(let value)) in mapping where name.string == key { return value.string }
        return nil
    }

    /// The first of some keys that a mapping has, to blame it for something; the mapping itself when it has none.
    func member(_ keys: [String]) -> Field {
        guard case .mapping(let mapping) = node else { return self }
        for key in keys {
            for case (.scalar(let name), let value) in mapping where name.string == key {
                return Field(node: value, path: "\(path).\(key)", findings: findings, fallback: position)
            }
        }
        return self
    }

    /// The items of a list that is not empty.
    func items(of noun: String) -> [Field]? {
        guard case .sequence(let sequence) = node else {
            refuseType("a list", remedy: "write a list of at least one \(noun)")
            return nil
        }
        guard !sequence.isEmpty else {
            refuse("the list is empty", "name at least one \(noun)")
            return nil
        }
        return sequence.enumerated().map { index, item in
            let field = Field(
                node: item, path: "\(path)[\(index)]", findings: findings, keyLine: position.line, fallback: position)
            if item.isNull {
                field.refuse("it has no value", "give one, or remove the item")
            }
            return field
        }
    }

    /// The values of a list, each of which may occur once.
    func distinctItems(of noun: String, _ read: (Field) -> String?) -> [String]? {
        guard let items = items(of: noun) else { return nil }
        var values: [String] = []
        for item in items {
            guard let value = read(item) else { continue }
            guard !values.contains(value) else {
                item.refuse("\(quoted(value)) is in the list already", "name each \(noun) once")
                continue
            }
            values.append(value)
        }
        return values.count == items.count ? values : nil
    }

    /// Text; a number or a truth value must be quoted to be meant as text.
    func text() -> String? {
        guard let scalar = scalar(remedy: "write it as text") else { return nil }
        switch Scalar(scalar) {
        case .text(let text) where !text.isEmpty:
            return text
        case .text:
            refuse("it is empty", "give a value, or remove the key")
        case .number:
            refuse("it is a number, not text", "put it in quotes")
        case .flag:
            refuse("it is a truth value, not text", "put it in quotes if the text is meant")
        }
        return nil
    }

    /// What stands there for one value, of whatever type YAML takes it to be.
    func scalarText(remedy: String) -> String? {
        scalar(remedy: remedy)?.string
    }

    func flag() -> Bool? {
        guard let scalar = scalar(remedy: "write true or false") else { return nil }
        if case .flag = Scalar(scalar), let value = ["true": true, "false": false][scalar.string] { return value }
        refuse("\(quoted(scalar.string)) is not true or false", "write true or false, without quotes")
        return nil
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        let remedy = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let scalar = scalar(remedy: remedy) else { return nil }
        guard case .number = Scalar(scalar), let value = Int(scalar.string), String(value) == scalar.string else {
            refuse("\(quoted(scalar.string)) is not a whole number", remedy)
            return nil
        }
        guard range.contains(value) else {
            refuse("\(value) is out of range", remedy)
            return nil
        }
        return value
    }

    /// One of the raw values of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> Choice? {
        let names = type.allCases.map(\.rawValue)
        guard let name = text() else { return nil }
        if let choice = Choice(rawValue: name) { return choice }
        let hint = Spelling.nearest(to: name, in: names).map { "did you mean \($0)?" } ?? "use one of \(list(names))"
        refuse("\(quoted(name)) is not a possible value", hint)
        return nil
    }

    // MARK: - Types

    private func scalar(remedy: String) -> Node.Scalar? {
        guard case .scalar(let scalar) = node else {
            refuseType("one value", remedy: remedy)
            return nil
        }
        // The section or list that holds this field has already reported a value that is absent.
        guard !node.isNull else { return nil }
        return scalar
    }

    private func refuseType(_ wanted: String, remedy: String) {
        let found =
            switch node {
            case .mapping: "keys with values"
            case .sequence: "a list"
            case .scalar, .alias: "one value"
            }
        // As above for what is absent.
        guard !node.isNull else { return }
        refuse("it is \(found), not \(wanted)", remedy)
    }
}

/// What YAML takes a scalar to be.
private enum Scalar {
    case text(String)
    case number
    case flag

    init(_ scalar: Node.Scalar) {
        switch Node.scalar(scalar).tag {
        case Tag(.int), Tag(.float): self = .number
        case Tag(.bool): self = .flag
        default: self = .text(scalar.string)
        }
    }
}

extension Node {
    /// Nothing, `~` or `null`, without quotes.
    var isNull: Bool { isScalar && tag == Tag(.null) }

    private var isScalar: Bool {
        if case .scalar = self { true } else { false }
    }
}

extension Position {
    init?(of node: Node) {
        guard let mark = node.mark else { return nil }
        self.init(line: mark.line, column: mark.column)
    }
}

extension Character {
    var isASCIILetter: Bool { isASCII && isLetter }
}
