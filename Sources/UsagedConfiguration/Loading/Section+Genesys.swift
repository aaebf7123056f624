import Yams

extension Section {
    /// The settings of a source of kind `genesys`; nil when something in them was refused.
    func genesysSource() -> GenesysSource? {
        let endpoints = genesysEndpoints()
        let authority: String?? = self["ca-file"].map { $0.absolutePath() } ?? .some(nil)
        let clientID = required("client-id", remedy: "give the id of the OAuth client to log in with")?.clientID()
        let secret = required("client-secret", remedy: "say where the secret is: {credential: NAME}")?
            .secretReference()
        let datasets = genesysDatasets()
        let primary = primary(of: datasets)
        let byUser = self["by-user"].map { $0.flag() } ?? false
        let clients = self["clients"].map { $0.clientSelection() } ?? .all
        let summaryDays = self["summary-days"].map { $0.integer(in: 1...366) } ?? 7
        let share = self["request-share"].map { $0.share() } ?? 0.8

        guard let endpoints, let authority, let clientID, let secret, let datasets, let primary, let byUser,
            let clients, let summaryDays, let share
        else { return nil }
        return GenesysSource(
            endpoints: endpoints, certificateAuthorityFile: authority, clientID: clientID, clientSecret: secret,
            datasets: datasets, primary: primary, byUser: byUser, clients: clients, summaryDays: summaryDays,
            requestShare: share)
    }

    /// Exactly one of the two ways: a region, or both addresses.
    func genesysEndpoints() -> GenesysEndpoints? {
        let region = self["region"]
        let api = self["api-url"]
        let login = self["login-url"]
        let regionValue = region.flatMap { $0.region() }
        let apiValue = api.flatMap { $0.webAddress() }
        let loginValue = login.flatMap { $0.webAddress() }

        switch (region, api, login) {
        case (.some, nil, nil):
            return regionValue.map { GenesysEndpoints(region: $0) }
        case (nil, .some, .some):
            guard let apiValue, let loginValue else { return nil }
            return GenesysEndpoints(api: apiValue, login: loginValue)
        case (.some(let region), _, _):
            region.refuse("region excludes api-url and login-url", "keep region, or both addresses, not all")
        case (nil, .some(let present), nil), (nil, nil, .some(let present)):
            let missing = api == nil ? "api-url" : "login-url"
            present.refuse("\(missing) is missing beside it", "give both api-url and login-url, or region alone")
        case (nil, nil, nil):
            missing("region", "it is required", "give region, as eu_central_1, or both api-url and login-url")
        }
        return nil
    }

    /// The datasets the source is asked for.
    func genesysDatasets() -> [String]? {
        guard let field = self["datasets"] else { return ["organization_query"] }
        return field.distinctItems(of: "dataset") {
            $0.datasetName(of: "genesys", known: GenesysSource.datasets)
        }
    }

    private func primary(of datasets: [String]?) -> String? {
        // A summary is a snapshot: it has no days that the canonical views could show.
        let possible = datasets?.filter { $0 != GenesysSource.snapshotDataset }
        guard let field = self["primary"] else { return possible?.first ?? datasets?.first }
        guard let name = field.datasetName(of: "genesys", known: GenesysSource.datasets) else { return nil }
        guard let datasets, let possible, !possible.contains(name) else { return name }
        let fault =
            datasets.contains(name)
            ? "\(name) is a snapshot and has no days to show" : "\(name) is not among the datasets of this source"
        field.refuse(fault, possible.isEmpty ? "leave primary out" : "name one of \(list(possible))")
        return nil
    }
}

extension Field {
    fileprivate func region() -> GenesysRegion? {
        guard let name = text() else { return nil }
        if let region = GenesysRegion(named: name) { return region }
        let names = GenesysRegion.all.map(\.name)
        let remedy =
            if let region = GenesysRegion.all.first(where: { name.lowercased().hasSuffix($0.domain) }) {
                "the region of \(region.domain) is \(region.name)"
            } else if let nearest = Spelling.nearest(to: name, in: names) {
                "did you mean \(nearest)? Or give api-url and login-url"
            } else {
                "use one of \(list(names)), or api-url and login-url"
            }
        refuse("\(quoted(name)) is not a known region", remedy)
        return nil
    }

    fileprivate func clientSelection() -> ClientSelection? {
        if case .scalar(let scalar) = node {
            guard scalar.string == "all" else {
                refuse("it is neither all nor a list", "write all, or a list of OAuth client ids, as [id, id]")
                return nil
            }
            return .all
        }
        return distinctItems(of: "OAuth client id") { $0.clientID() }.map { .listed($0) }
    }
}
