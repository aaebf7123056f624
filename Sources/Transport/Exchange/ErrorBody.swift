import FoundationEssentials

/// What the body of an error answer says, as far as it can be understood.
package struct ErrorBody: Sendable, Equatable {
    /// The vendor's code (`too.many.requests.retry.after`), or OAuth's `error` (`invalid_client`).
    package var code: String?
    /// The vendor's text, or OAuth's `description` or `error_description`.
    package var message: String?
    /// The correlation id, repeated in the body (contract, section 5).
    package var contextID: String?
    /// The beginning of a body that is not such an object, or what kind of body it is.
    package var excerpt: String?

    /// Reads a body of any kind. Everything kept is escaped, masked and short.
    init(decoding bytes: [UInt8], masking secrets: [Secret]) {
        func presentable(_ text: String?) -> String? {
            text.map { $0.masking(secrets).quotable(limit: 200) }
        }
        if let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)) {
            code = presentable(fields.code ?? fields.error)
            message = presentable(fields.message ?? fields.description ?? fields.errorDescription)
            contextID = presentable(fields.contextId)
            if code != nil || message != nil || contextID != nil { return }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let first = text.first(where: { !$0.isWhitespace }) else {
            excerpt = "an empty body"
            return
        }
        let quoted = presentable(text) ?? ""
        excerpt = first == "<" ? "an HTML or XML page: \(quoted)" : quoted
    }

    private struct Fields: Decodable {
        var code: String?
        var message: String?
        var contextId: String?
        var error: String?
        var description: String?
        var errorDescription: String?

        enum CodingKeys: String, CodingKey {
            case code, message, contextId, error, description
            case errorDescription = "error_description"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            // A field of another type must not hide the others.
            func text(_ key: CodingKeys) -> String? {
                try? container.decodeIfPresent(String.self, forKey: key)
            }
            code = text(.code)
            message = text(.message)
            contextId = text(.contextId)
            error = text(.error)
            description = text(.description)
            errorDescription = text(.errorDescription)
        }
    }
}

extension ErrorBody: CustomStringConvertible {
    package var description: String {
        let said = [code, message].compactMap { $0 }.joined(separator: ": ")
        return said.isEmpty ? excerpt ?? "an unspecific body" : said
    }
}
