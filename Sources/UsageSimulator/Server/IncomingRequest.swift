/// One request as plain values, so that the simulator can be asked without a network.
struct IncomingRequest: Sendable {
    let method: String
    let path: String
    let query: String
    let authorization: String?
    let contentType: String?
    let body: [UInt8]

    init(
        method: String,
        path: String,
        query: String = "",
        authorization: String? = nil,
        contentType: String? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.contentType = contentType
        self.body = body
    }

    var bodyText: String {
        String(decoding: body, as: UTF8.self)
    }

    /// The first parameter of this name in the query text, decoded as a form is: a `+` that was not encoded is a space.
    func parameter(_ name: String) -> String? {
        parameters(name).first
    }

    /// All parameters of this name, in order.
    func parameters(_ name: String) -> [String] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard IncomingRequest.decoded(parts[0]) == name else { return nil }
            return parts.count > 1 ? IncomingRequest.decoded(parts[1]) : ""
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, let decoded = UInt8(digits, radix: 16) else {
                    bytes.append(byte)
                    continue
                }
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
