import FoundationEssentials

/// Decodes small answers; large ones are read by `JSONRows`.
enum WireDecoder {
    /// What is wrong with an answer, without quoting it: answers may hold secrets.
    struct Failure: Error {
        let problem: String
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(Failure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Failure(problem: problem(error, bytes))
        }
    }

    private static func problem(_ error: any Error, _ bytes: [UInt8]) -> String {
        func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            let keys = (context.codingPath + (key.map { [$0] } ?? [])).map {
                $0.intValue.map(String.init) ?? $0.stringValue
            }
            return keys.isEmpty ? "the body" : keys.joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context): return "\(path(context, key)) is missing"
        case DecodingError.typeMismatch(let type, let context): return "\(path(context)) is not of type \(type)"
        case DecodingError.valueNotFound(_, let context): return "\(path(context)) is null"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "\(path(context)) has a value that cannot be taken"
        default:
            let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
            switch first {
            case nil: return "the body is empty"
            case UInt8(ascii: "<"): return "the body is an HTML or XML page, not JSON"
            default: return "the body of \(bytes.count) bytes is not JSON"
            }
        }
    }
}
