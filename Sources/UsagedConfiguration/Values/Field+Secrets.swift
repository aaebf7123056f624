import Yams

extension Field {
    /// Where a secret is: exactly one of `credential`, `file` and `env`.
    ///
    /// Nothing that stands here is ever shown: the operator may have put the secret itself in any of the places.
    func secretReference() -> SecretReference? {
        let remedy = "say where it is: exactly one of {credential: NAME}, {file: PATH} and {env: NAME}"
        guard case .mapping(let mapping) = node else {
            guard !node.isNull else { return nil }
            refuse("the secret itself must not stand in the file", remedy)
            return nil
        }
        let known = ["credential", "file", "env"]
        let before = mapping.count
        guard let section = section(known: known) else { return nil }
        let given = known.compactMap { key in section[key].map { (key, $0) } }
        guard given.count == 1, let (key, field) = given.first else {
            // A key that is unknown was reported by the section: say no more than needed.
            if !given.isEmpty || before == 0 {
                refuse(given.isEmpty ? "it says nothing" : "it names more than one place", remedy)
            }
            return nil
        }
        guard let place = field.place() else { return nil }
        switch key {
        case "credential": return field.credential(place)
        case "file": return field.file(place)
        default: return field.variable(place)
        }
    }

    private func place() -> String? {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            if !node.isNull { refuse("it is not a name or path", "write one name or path") }
            return nil
        }
        return node.isNull ? nil : scalar.string
    }

    private func credential(_ name: String) -> SecretReference? {
        let isName =
            name.count <= 255 && name != "." && name != ".."
            && name.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_.".contains($0) }
        guard isName else {
            refuse("it is not the name of a credential", "use the name given to LoadCredential=, as acme-client-secret")
            return nil
        }
        return .credential(name)
    }

    private func file(_ path: String) -> SecretReference? {
        guard path.hasPrefix("/"), !path.contains("\0") else {
            refuse("it is not an absolute path", "write the path of the file, beginning with /")
            return nil
        }
        return .file(path)
    }

    private func variable(_ name: String) -> SecretReference? {
        let isName =
            name.first?.isASCIIDigit == false
            && name.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" }
        guard isName else {
            refuse("it is not the name of an environment variable", "write the name alone, as ACME_CLIENT_SECRET")
            return nil
        }
        return .env(name)
    }
}
