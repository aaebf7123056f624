import Yams

/// Turns text into a tree of YAML nodes in which a mapping may hold a key twice.
///
/// The parser gives up at the first duplicate key. To report everything at once, the first of the two is renamed in
/// the text to something that nobody types, the text is parsed again, and the names are put back in the tree.
enum Document {
    /// - Throws: ``SyntaxError`` when the text is not YAML, or is more than one document.
    /// - Returns: The root; nil when the text holds comments at most.
    static func compose(_ text: String) throws(SyntaxError) -> Node? {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Array($0) }
        var names: [String: String] = [:]
        while true {
            var current = String.UnicodeScalarView()
            current.append(contentsOf: lines.joined(separator: ["\n"]))
            do {
                let parser = try Parser(yaml: String(current), encoding: .utf8)
                return try parser.singleRoot().map { restore($0, names) }
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let keys, let context) = error,
                    let name = keys.first,
                    let placeholder = rename(name, at: context.mark, in: &lines, number: names.count)
                else { throw SyntaxError(error, in: text) }
                names[placeholder] = name
            } catch {
                throw SyntaxError(faults: [.init(position: .start, text: "it cannot be parsed: \(error)")])
            }
        }
    }

    /// Replaces a key by as many private-use characters, so that columns stay.
    private static func rename(
        _ name: String, at mark: Mark, in lines: inout [[Unicode.Scalar]], number: Int
    ) -> String? {
        let key = Array(name.unicodeScalars)
        guard let filler = Unicode.Scalar(0xE000 + UInt32(number)), number < 1000, !key.isEmpty,
            lines.indices.contains(mark.line - 1)
        else { return nil }
        let line = lines[mark.line - 1]
        let isQuoted = line.dropFirst(mark.column - 1).first.map { $0 == "\"" || $0 == "'" } ?? false
        let start = mark.column - 1 + (isQuoted ? 1 : 0)
        guard line.dropFirst(start).starts(with: key) else { return nil }
        let placeholder = Array(repeating: filler, count: key.count)
        lines[mark.line - 1].replaceSubrange(start..<start + key.count, with: placeholder)
        return String(String.UnicodeScalarView(placeholder))
    }

    private static func restore(_ node: Node, _ names: [String: String]) -> Node {
        guard !names.isEmpty else { return node }
        switch node {
        case .mapping(let mapping):
            let pairs = mapping.map { (restoreKey($0.key, names), restore($0.value, names)) }
            return .mapping(.init(pairs, mapping.tag, mapping.style, mapping.mark))
        case .sequence(let sequence):
            return .sequence(.init(sequence.map { restore($0, names) }, sequence.tag, sequence.style, sequence.mark))
        case .scalar, .alias:
            return node
        }
    }

    private static func restoreKey(_ key: Node, _ names: [String: String]) -> Node {
        guard case .scalar(var scalar) = key, let name = names[scalar.string] else { return key }
        scalar.string = name
        return .scalar(scalar)
    }
}
