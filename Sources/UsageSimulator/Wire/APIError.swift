import FoundationEssentials

/// A refusal in the shape of the contract's `ErrorBody`.
struct APIError: Error {
    let status: Int
    let code: String
    let message: String
    var messageParams: [String: String]?
    /// Whole seconds for the `Retry-After` header.
    var retryAfter: Int?

    /// The body, with the correlation id as `contextId` (contract, section 5).
    func body(correlationID: String) -> [UInt8] {
        JSONText.encode(
            Body(
                message: message,
                code: code,
                status: status,
                messageParams: messageParams,
                contextId: correlationID,
                details: [],
                errors: []
            )
        )
    }

    private struct Body: Encodable {
        let message, code: String
        let status: Int
        let messageParams: [String: String]?
        let contextId: String
        let details, errors: [String]
    }
}

// MARK: The refusals of contract, sections 1.2 and 9

extension APIError {
    static func malformed(_ message: String) -> APIError {
        APIError(status: 400, code: "bad.request", message: message)
    }

    static let invalidDate = APIError(
        status: 400,
        code: "invalid.date",
        message: "Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ"
    )

    static func invalidValue(_ value: String, type: String, allowed: [String]) -> APIError {
        let values = allowed.joined(separator: ", ")
        return APIError(
            status: 400,
            code: "invalid.value",
            message: "Value [\(value)] is not valid for field type [\(type)]. Allowable values are: \(values)",
            messageParams: ["value": value, "type": type, "allowableValues": values]
        )
    }

    static let noToken = APIError(
        status: 401,
        code: "authentication.required",
        message: "No authentication bearer token specified in authorization header."
    )

    static let badToken = APIError(status: 401, code: "bad.credentials", message: "Invalid login credentials.")

    static func missingPermissions(_ permissions: [String]) -> APIError {
        let list = "[\(permissions.joined(separator: ", "))]"
        return APIError(
            status: 403,
            code: "missing.any.permissions",
            message: "Unable to perform the requested action. You must have at least one of the following permissions "
                + "assigned: \(list)",
            messageParams: ["permissions": list]
        )
    }

    static let notFound = APIError(
        status: 404,
        code: "not.found",
        message: "The requested resource was not found."
    )

    static func tooLarge(limit: Int) -> APIError {
        APIError(
            status: 413,
            code: "request.entity.too.large",
            message: "The request is over the size limit. Maximum bytes: \(limit)"
        )
    }

    static func tooManyRequests(retryAfter seconds: Int) -> APIError {
        APIError(
            status: 429,
            code: "too.many.requests.retry.after",
            message: "Rate limit exceeded the maximum. Retry the request in [\(seconds)] seconds",
            retryAfter: seconds
        )
    }

    /// The refusal that belongs to a bare status, as an endpoint would give it.
    static func status(_ status: Int, retryAfter: Int? = nil, at endpoint: Endpoint = .submit) -> APIError {
        var error =
            switch status {
            case 400: malformed("The request could not be understood by the server due to malformed syntax.")
            case 401: badToken
            case 403: missingPermissions(endpoint.permissions)
            case 404: notFound
            case 413: tooLarge(limit: Simulator.largestRequest)
            case 429: tooManyRequests(retryAfter: retryAfter ?? 1)
            default: texts[status].map { APIError(status: status, code: $0, message: $1) } ?? other(status)
            }
        error.retryAfter = retryAfter
        return error
    }

    private static func other(_ status: Int) -> APIError {
        APIError(status: status, code: "status.\(status)", message: "The request was answered with status \(status).")
    }

    private static let texts: [Int: (String, String)] = [
        408: ("request.timeout", "The client did not produce a request within the server timeout limit."),
        409: ("conflict", "The request conflicts with the current state of the target resource."),
        415: ("unsupported.media.type", "Unsupported media type. Expected application/json."),
        500: (
            "internal.server.error",
            "The server encountered an unexpected condition which prevented it from fulfilling the request."
        ),
        502: ("bad.gateway", "Bad gateway."),
        503: ("service.unavailable", "Service Unavailable - The server is currently unavailable."),
        504: ("request.timeout", "The request timed out."),
    ]
}
