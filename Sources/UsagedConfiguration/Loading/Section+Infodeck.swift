extension Section {
    /// The settings of a source of kind `infodeck`; nil when something in them was refused.
    func infodeckSource() -> InfodeckSource? {
        let api = infodeckAPI()
        let organization = required("organization-id", remedy: "give the organization's id, as o-…")?.identifier()
        let key = required("api-key", remedy: "say where the key is: {credential: NAME}")?.secretReference()
        let zone: String?? = self["time-zone"].map { $0.timeZone() } ?? .some(nil)
        guard let api, let organization, let key, let zone else { return nil }
        return InfodeckSource(apiURL: api, organizationID: organization, apiKey: key, timeZone: zone)
    }

    /// The base of the API, which may be left out.
    func infodeckAPI() -> String? {
        self["api-url"].map { $0.webAddress() } ?? InfodeckSource.standardAPIURL
    }
}

extension Field {
    /// The name of a zone by its shape: `UTC`, `Asia/Taipei`, `America/Argentina/Ushuaia`.
    fileprivate func timeZone() -> String? {
        guard let name = text() else { return nil }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            part.first?.isASCIILetter == true
                && part.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "_+-".contains($0) }
        }
        // Abbreviations such as CST mean several zones; only UTC is beyond doubt.
        guard isName, (2...3).contains(parts.count) || name == "UTC" else {
            refuse("\(quoted(name)) is not the name of a time zone", "use an IANA name, as Asia/Taipei, or UTC")
            return nil
        }
        return name
    }
}
