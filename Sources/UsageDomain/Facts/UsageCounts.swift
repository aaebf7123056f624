/// Counters of one row, in requests; each is zero or more.
package struct UsageCounts: Hashable, Sendable {
    /// All requests.
    package var requests: Int64
    package var statusCounts: StatusCounts

    package init(requests: Int64, statusCounts: StatusCounts) {
        self.requests = requests
        self.statusCounts = statusCounts
    }
}

/// Requests by class of HTTP status. `status429` is a part of `status400` in the older API family (contract,
/// section 1.2), which one published sample contradicts: it is never enforced.
package struct StatusCounts: Hashable, Sendable {
    package var status200: Int64
    package var status300: Int64
    package var status400: Int64
    package var status429: Int64
    package var status500: Int64

    package init(status200: Int64, status300: Int64, status400: Int64, status429: Int64, status500: Int64) {
        self.status200 = status200
        self.status300 = status300
        self.status400 = status400
        self.status429 = status429
        self.status500 = status500
    }
}
