import FoundationEssentials
import Infodeck
import Ingest
import Operations
import Timekeeping
import Transport
import UsageDomain
import UsagedConfiguration
import Warehouse

/// One organization at Infodeck: its key, its id, and whether the key may read usage. Two requests, one a second.
struct InfodeckExamination {
    private let examination: VendorExamination
    private let infodeck: UsagedConfiguration.InfodeckSource
    private let vendor: Infodeck.InfodeckSource
    private let clock: AnsweredClock

    init(
        _ examination: VendorExamination, _ infodeck: UsagedConfiguration.InfodeckSource,
        _ vendor: Infodeck.InfodeckSource, _ clock: AnsweredClock
    ) {
        self.examination = examination
        self.infodeck = infodeck
        self.vendor = vendor
        self.clock = clock
    }

    private var name: String { examination.source.name }
    private var dataset: String { Dataset.channelUsage.rawValue }
    private var way: VendorDiagnosis { VendorDiagnosis(source: name, addressKeys: "api-url") }

    func perform() async -> VendorFindings {
        var result = VendorFindings(source: name)
        do {
            let profile = try await examination.time.within(VendorExamination.question) { [vendor] in
                try await vendor.organizationProfile()
            }
            result.findings = await organization(profile)
            result.findings.append(await usage())
            result.findings.append(clock.finding(of: name))
        } catch {
            result.findings = [refusal(error)]
            result.findings.append(.skipped("permission", of: name, dataset: dataset, because: "the key is not let in"))
        }
        if result.findings.contains(where: { $0.name == "permission" && $0.severity == .ok }) {
            result.identity = VendorFindings.Identity(
                source: examination.source, organization: Organization(id: infodeck.organizationID, name: ""))
        }
        result.requests = await vendor.budget?.requests ?? 0
        return result
    }

    // MARK: - The organization

    /// Its name and zone are welcome, and usage does not depend on them.
    private func organization(_ profile: OrganizationProfile) async -> [Finding] {
        if let obstacle = profile.obstacle {
            let unread = Finding.warning(
                "organization", of: name, "name and time zone cannot be read: \(obstacle.reason)",
                remedy: "usage does not need them; set time-zone, unless days are to be UTC days")
            return [unread]
        }
        let known = Finding.ok("organization", of: name, "\(profile.name) (\(profile.id))")
        // A configured zone wins, and is examined with the database.
        guard infodeck.timeZone == nil else { return [known] }
        return [known, await zone(profile.timeZone)]
    }

    private func zone(_ stated: String) async -> Finding {
        let remedy = "set time-zone in the configuration: days are UTC days otherwise"
        guard !stated.isEmpty else {
            return .warning("time-zone", of: name, "the API states no time zone", remedy: remedy)
        }
        guard examination.isDatabaseUsable else {
            return .skipped("time-zone", of: name, because: "PostgreSQL, which knows time zones, cannot be asked")
        }
        let (warehouse, today) = (examination.program.warehouse, Day(containing: examination.program.timekeeper.date))
        let calendar = try? await examination.time.within(.seconds(5)) {
            try await warehouse.calendar(of: stated, from: today, through: today)
        }
        guard calendar ?? nil != nil else {
            return .warning(
                "time-zone", of: name, "PostgreSQL does not know the zone that the API states, \"\(stated)\"",
                remedy: remedy)
        }
        return .ok("time-zone", of: name, "\(stated), as the API states")
    }

    // MARK: - Usage

    /// Asks for the units of one hour, which are thrown away.
    private func usage() async -> Finding {
        let end = Date(timeIntervalSince1970: examination.program.timekeeper.date.timeIntervalSince1970.rounded(.down))
            .addingTimeInterval(-86_400)
        do {
            _ = try await examination.time.within(VendorExamination.question) { [vendor] in
                try await vendor.channelUsage(in: end.addingTimeInterval(-3_600)..<end)
            }
            return .ok("permission", of: name, dataset: dataset, "may be read")
        } catch let error as TimeIsUp {
            return way.timeIsUp(error, .windows)
        } catch {
            return unreadable(error)
        }
    }

    private func unreadable(_ error: any Error) -> Finding {
        guard let error = error as? InfodeckError else { return refusal(error) }
        let consequence = consequence(of: error)
        if case .exchange(let failure) = error.reason, let finding = way.finding(of: failure, consequence) {
            return finding
        }
        let remedy =
            switch error.status {
            case 401: "store the key anew (api-key): it was let in a moment ago, and may have been revoked"
            case 403:
                "let the plan be Professional or Enterprise, the key have every permission, and its maker be an "
                    + "administrator still; or this endpoint is closed to keys: ask the vendor"
            case 404: "correct organization-id, or the path of api-url"
            default: "usaged check --probe-infodeck \(name) --day DAY shows what the API answers"
            }
        return .fault(
            "permission", of: name, dataset: dataset, "may not be read: \(error)", remedy: remedy, consequence)
    }

    /// A pass gives up a source that refuses its one dataset, and only the day of any other failure.
    private func consequence(of error: InfodeckError) -> Finding.Consequence {
        switch error.kind {
        case .refused, .unauthenticated, .rateLimited: .source(error.kind)
        case .badAnswer, .unavailable, .clientUnavailable: .windows
        }
    }

    private func refusal(_ error: any Error) -> Finding {
        if let error = error as? TimeIsUp { return way.timeIsUp(error, .windows) }
        let kind = (error as? InfodeckError)?.kind ?? .unavailable
        return .fault(
            "credentials", of: name, "\(error)",
            remedy: "store a living key of that organization (api-key); keys are made in its settings",
            .source(kind))
    }
}
