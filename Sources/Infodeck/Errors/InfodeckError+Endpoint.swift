import Transport

extension InfodeckError.Step {
    /// Under which name the requests of the step are counted.
    var endpoint: EndpointName {
        switch self {
        case .organization: EndpointName("organization")
        case .usage, .usageInSeconds: EndpointName("usage")
        }
    }
}
