import FoundationEssentials
import Testing

@testable import UsagedConfiguration

/// The example that is installed with the daemon is itself a configuration, and it is complete.
@Suite struct ExampleFileTests {
    let lines: [String]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "systemd/usaged.yaml.example"))
        lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// The file with the settings that are switched off and begin with one of the prefixes switched on.
    func text(switchingOn prefixes: [String] = [], from first: String? = nil, off: String? = nil) -> String {
        var isReached = first == nil
        return lines.map { line in
            let trimmed = line.drop { $0 == " " }
            isReached = isReached || trimmed.hasPrefix(first ?? "")
            if let off, trimmed.hasPrefix(off) { return "" }
            let isSetting = trimmed.hasPrefix("#") && trimmed.dropFirst().first.map { $0 != " " } == true
            guard isSetting, isReached, prefixes.contains(where: { trimmed.hasPrefix("#" + $0) }) else { return line }
            return line.replacing("#", with: "", maxReplacements: 1)
        }.joined(separator: "\n")
    }

    @Test func `it loads as it is`() throws {
        let configuration = try load(text())
        #expect(configuration.sources.map(\.name) == ["acme"])
    }

    @Test func `what it shows of settings with a default is the default`() throws {
        let shown = try load(text())
        let defaults = try load(
            file(genesys: ["client-id: 00000000-0000-0000-0000-000000000000"]))
        #expect(shown == defaults)
    }

    @Test func `the addresses can be switched on instead of the region`() throws {
        let shown = try load(
            text(switchingOn: ["api-url", "login-url", "ca-file"], off: "region:")
                .replacing("api-url: https://app.infodeck.io/api", with: ""))
        #expect(
            shown.genesys?.endpoints == GenesysEndpoints(region: try #require(GenesysRegion(named: "eu_central_1"))))
        #expect(shown.genesys?.certificateAuthorityFile == "/etc/usaged/private-ca.pem")
    }

    @Test func `the infodeck source can be switched on`() throws {
        let shown = try load(text(switchingOn: [""], from: "#- name: tower"))
        #expect(shown.sources.map(\.name) == ["acme", "tower"])
        #expect(
            shown.sources[1].kind
                == .infodeck(
                    InfodeckSource(
                        organizationID: "o-organization", apiKey: .credential("tower-api-key"),
                        timeZone: "Asia/Taipei")))
    }

    @Test(arguments: [
        "database", "migrate", "schedule", "every", "lookback-days", "settle-after", "wide-pass", "listen", "spool",
        "directory", "max-answer", "retention", "facts-months", "rollups-months", "sources", "name", "kind", "region",
        "api-url", "login-url", "ca-file", "client-id",
        "client-secret", "datasets", "primary", "by-user", "start-date", "clients", "summary-days", "request-share",
        "organization-id", "api-key", "time-zone",
    ])
    func `each key stands below a comment that explains it`(key: String) throws {
        let index = try #require(
            lines.firstIndex { line in
                line.drop { " #-".contains($0) }.hasPrefix(key + ":") && !line.contains("# \(key)")
            })
        let above = lines[..<index].reversed().prefix { !$0.isEmpty && !$0.hasPrefix("sources:") }
        let isExplained =
            above.contains { $0.drop { $0 == " " }.hasPrefix("# ") } || ["schedule", "spool"].contains(key)
        #expect(isExplained, "\(key) on line \(index + 1)")
    }

    @Test func `each region it names is one, and none is missing`() {
        let words = Set(
            lines.joined(separator: " ").split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        #expect(GenesysRegion.all.allSatisfy { words.contains($0.name) })
    }
}
