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
}
