import UsageDomain

extension Configuration {
    /// Every setting but those of the sources with its value as text, by the key of the file.
    ///
    /// Where a secret is belongs to it, the secret itself does not.
    var settings: [String: String] {
        [
            "database": database,
            "migrate": migrate.rawValue,
            "schedule.every": "\(schedule.every)",
            "schedule.lookback-days": "\(schedule.lookbackDays)",
            "schedule.settle-after": "\(schedule.settleAfter)",
            "schedule.wide-pass": "\(schedule.widePassDays) days",
            "listen": listen.map(\.description) ?? "nowhere",
            "spool.directory": spool.directory,
            "spool.max-answer": "\(spool.maxAnswerBytes) bytes",
            "retention.facts-months": retention.factsMonths.map(String.init) ?? "all",
            "retention.rollups-months": retention.rollupsMonths.map(String.init) ?? "all",
        ]
    }
}

extension SourceConfiguration {
    /// Every setting of the source but its name.
    var settings: [String: String] {
        var settings = ["kind": kind.name, "start-date": "\(startDate)"]
        switch kind {
        case .genesys(let genesys): settings.merge(genesys.settings) { $1 }
        case .infodeck(let infodeck): settings.merge(infodeck.settings) { $1 }
        }
        return settings
    }
}

extension GenesysSource {
    fileprivate var settings: [String: String] {
        var settings = [
            "api-url": endpoints.api,
            "login-url": endpoints.login,
            "client-id": clientID,
            "client-secret": "\(clientSecret)",
            "datasets": datasets.joined(separator: ", "),
            "primary": primary,
            "by-user": "\(byUser)",
            "summary-days": "\(summaryDays)",
            "request-share": "\(requestShare)",
        ]
        settings["ca-file"] = certificateAuthorityFile
        settings["clients"] =
            switch clients {
            case .all: "all"
            case .listed(let ids): ids.joined(separator: ", ")
            }
        return settings
    }
}

extension InfodeckSource {
    fileprivate var settings: [String: String] {
        var settings = ["api-url": apiURL, "organization-id": organizationID, "api-key": "\(apiKey)"]
        settings["time-zone"] = timeZone
        return settings
    }
}
