extension Field {
    /// A name that is safe as a label in logs, metrics and on the command line.
    func sourceName() -> String? {
        guard let name = text() else { return nil }
        let isName =
            name.count <= 63
            && name.first.map { $0.isASCIILetter || $0.isASCIIDigit } == true
            && name.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_.".contains($0) }
        guard isName else {
            refuse(
                "\(quoted(name)) is not a possible name",
                "use at most 63 of a-z, A-Z, 0-9, '-', '_' and '.', beginning with a letter or digit")
            return nil
        }
        return name
    }

    /// The id of an OAuth client.
    ///
    /// A colon would end it in the header of the token request (RFC 7617), so it cannot belong to one.
    func clientID() -> String? {
        identifier(excluding: ":")
    }

    /// Printable ASCII without spaces, otherwise opaque.
    func identifier(excluding excluded: String = "") -> String? {
        guard let id = text() else { return nil }
        let isPlain = id.unicodeScalars.allSatisfy {
            (0x21...0x7E).contains($0.value) && !excluded.unicodeScalars.contains($0)
        }
        guard isPlain, id.count <= 200 else {
            refuse("\(quoted(id)) is not an id", "copy the id as the vendor shows it")
            return nil
        }
        return id
    }

    /// The name of a dataset that a kind of source has.
    func datasetName(of kind: String, known: [String]) -> String? {
        guard let name = text() else { return nil }
        if known.contains(name) { return name }
        if InfodeckSource.datasets.contains(name) || GenesysSource.datasets.contains(name) {
            refuse("\(name) is not a dataset of kind \(kind)", "use one of \(list(known))")
        } else if let nearest = Spelling.nearest(to: name, in: known) {
            refuse("\(quoted(name)) is not a known dataset", "did you mean \(nearest)?")
        } else {
            refuse("\(quoted(name)) is not a known dataset", "use one of \(list(known))")
        }
        return nil
    }

    /// A path from the root, since a daemon's working directory is nobody's choice.
    func absolutePath() -> String? {
        guard let path = text() else { return nil }
        guard path.hasPrefix("/"), !path.contains("\0") else {
            refuse("\(quoted(path)) is not an absolute path", "write the path from the root, beginning with /")
            return nil
        }
        return path
    }
}
