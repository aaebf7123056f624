import UsageDomain

/// Counts the OAuth clients that the API will not speak of, dataset by dataset.
struct ClientRefusals {
    private struct Key: Hashable {
        let source: String
        let dataset: Dataset
    }

    private var clients: [Key: Set<String>] = [:]

    /// - Returns: true once, when with this client every one that the source asks for is refused.
    mutating func insert(_ client: WindowResult.UnavailableClient, of source: PreparedSource) -> Bool {
        let key = Key(source: source.name, dataset: client.window.dataset)
        guard clients[key, default: []].insert(client.window.clientID).inserted else { return false }
        return clients[key]?.isSuperset(of: source.clients) == true
    }
}
