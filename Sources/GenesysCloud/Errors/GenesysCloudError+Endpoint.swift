import Transport

extension GenesysCloudError.Step {
    /// Under which name the requests of the step are counted. Polling asks for the results, so it counts as they do.
    var endpoint: EndpointName {
        switch self {
        case .token: EndpointName("token")
        case .organization: EndpointName("organization")
        case .oauthClients: EndpointName("clients")
        case .limits: EndpointName("limits")
        case .permission: EndpointName("permission")
        case .submit: EndpointName("submit")
        case .results: EndpointName("results")
        }
    }
}
