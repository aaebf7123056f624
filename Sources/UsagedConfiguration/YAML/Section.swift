import Yams

/// A mapping of the file whose keys are all known.
struct Section {
    private let path: String
    private let position: Position
    private let findings: Findings
    private var fields: [String: Field] = [:]

    /// Reports keys that are unknown, given twice or no text; of a key given twice the first counts.
    ///
    /// - Parameters:
    ///   - mapping: What stands in the file.
    ///   - field: The value that the mapping is.
    ///   - known: The keys that may occur here.
    ///   - foreign: Keys that belong elsewhere, with what they belong to.
    init(_ mapping: Node.Mapping, of field: Field, known: [String], foreign: [String: String]) {
        path = field.path
        position = field.position
        findings = field.findings
        for (keyNode, value) in mapping {
            let keyPosition = Position(of: keyNode) ?? position
            guard case .scalar(let scalar) = keyNode else {
                findings.add(
                    at: keyPosition, key: path, fault: "a key is not text", remedy: "use one of \(list(known))")
                continue
            }
            let key = scalar.string
            let keyPath = path.isEmpty ? key : "\(path).\(key)"
            guard known.contains(key) else {
                findings.add(
                    at: keyPosition, key: path.isEmpty ? shown(key) : "\(path).\(shown(key))",
                    fault: "it is not a known key", remedy: Self.remedy(for: key, known: known, foreign: foreign))
                continue
            }
            if let first = fields[key] {
                findings.add(
                    at: keyPosition, key: keyPath,
                    fault: "it is given twice, first on line \(first.keyLine)", remedy: "keep one of them")
                continue
            }
            let field = Field(
                node: value, path: keyPath, findings: findings, keyLine: keyPosition.line, fallback: keyPosition)
            if value.isNull {
                field.refuse("it has no value", "give one, or remove the key")
            }
            fields[key] = field
        }
    }

    /// The field of that key, if the file has it.
    subscript(key: String) -> Field? { fields[key] }

    /// The field of that key; its absence is a problem of the section.
    func required(_ key: String, remedy: String) -> Field? {
        if let field = fields[key] { return field }
        missing(key, "it is required", remedy)
        return nil
    }

    /// Reports a key that the section lacks, where the section begins.
    func missing(_ key: String, _ fault: String, _ remedy: String) {
        findings.add(at: position, key: path.isEmpty ? key : "\(path).\(key)", fault: fault, remedy: remedy)
    }

    private static func remedy(for key: String, known: [String], foreign: [String: String]) -> String {
        if let owner = foreign[key] { return "\(key) belongs to \(owner)" }
        if let nearest = Spelling.nearest(to: key, in: known) { return "did you mean \(nearest)?" }
        return "keys known here: \(list(known))"
    }

    /// A key nobody knows may be anything, a secret in the wrong place included; only what looks like a key is shown.
    private func shown(_ key: String) -> String {
        let isPlain = key.count <= 32 && key.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_ .".contains($0) }
        return isPlain ? key : "?"
    }
}
