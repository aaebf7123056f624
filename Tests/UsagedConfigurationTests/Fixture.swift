import FoundationEssentials
import Testing

@testable import UsagedConfiguration

/// 2026-03-15 12:00 UTC.
let present = Date(timeIntervalSince1970: 1_773_576_000)

let everything = ConfigurationLoader(now: present)

func load(_ text: String, by loader: ConfigurationLoader = everything) throws -> Configuration {
    try loader.load(text: text, file: "usaged.yaml")
}

/// What is wrong with a text; none when it loads.
func problems(_ text: String, by loader: ConfigurationLoader = everything) -> [Problem] {
    do {
        _ = try loader.load(text: text, file: "usaged.yaml")
        return []
    } catch {
        return error.problems
    }
}

/// The single problem of a text.
func problem(_ text: String, by loader: ConfigurationLoader = everything) throws -> Problem {
    let found = problems(text, by: loader)
    try #require(found.count == 1, "\(found)")
    return found[0]
}

/// A file with one source; settings given replace those of the same key, `-key` leaves one out.
func file(top: [String] = [], genesys settings: [String]) -> String {
    file(
        top: top,
        source: [
            "name: acme", "kind: genesys", "region: eu_central_1", "client-id: abc",
            "client-secret: {credential: acme-client-secret}", "start-date: 2025-01-01",
        ], settings)
}

func file(top: [String] = [], infodeck settings: [String]) -> String {
    file(
        top: top,
        source: [
            "name: tower", "kind: infodeck", "organization-id: o-1", "api-key: {credential: tower-api-key}",
            "start-date: 2025-01-01",
        ], settings)
}

func file(top: [String]) -> String {
    file(top: top, genesys: [])
}

private func file(top: [String], source: [String], _ settings: [String]) -> String {
    let lines = merged(["database: postgresql:///usage"], top)
    let source = merged(source, settings).enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
    return (lines + ["sources:"] + source).joined(separator: "\n") + "\n"
}

private func merged(_ base: [String], _ changes: [String]) -> [String] {
    func key(_ line: String) -> Substring { line.prefix { $0 != ":" } }
    let replaced = Set(changes.map { $0.hasPrefix("-") ? $0.dropFirst() : key($0) })
    return base.filter { !replaced.contains(key($0)) } + changes.filter { !$0.hasPrefix("-") }
}

extension Configuration {
    var genesys: GenesysSource? {
        guard case .genesys(let source) = sources[0].kind else { return nil }
        return source
    }

    var infodeck: InfodeckSource? {
        guard case .infodeck(let source) = sources[0].kind else { return nil }
        return source
    }
}
