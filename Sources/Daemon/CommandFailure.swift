import GenesysCloud
import Infodeck
package import Ingest
import Migrations
import Operations
import Postgres
import UsageDomain
import UsagedConfiguration
import Warehouse

/// Why a command ends without success: an exit status of sysexits.h and what to tell the operator.
package struct CommandFailure: Error {
    /// The part of sysexits.h that usaged uses.
    package enum Status: Int32 {
        case badUsage = 64
        case unavailable = 69
        case defect = 70
        case tryAgain = 75
        case noPermission = 77
        case badConfiguration = 78
    }

    package let status: Status
    package let message: String

    package init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Sorts any error into the exit status that the operator, or systemd, must see.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as DaysGivenUp:
            self.init(.badUsage, "--backfill \(error)")
        case let error as PruningError:
            self.init(.tryAgain, error.description)
        case let error as ConfigurationError:
            self.init(.badConfiguration, error.description)
        case let error as SecretError:
            self.init(.noPermission, error.description)
        case let error as WarehouseError:
            self.init(.badConfiguration, error.description)
        case let error as ListenError:
            self.init(error.isMisconfigured ? .badConfiguration : .unavailable, error.description)
        case let error as SpoolError:
            self.init(.badConfiguration, error.description)
        case let error as GenesysCloud.EndpointsError:
            self.init(.badConfiguration, error.description)
        case let error as Infodeck.EndpointsError:
            self.init(.badConfiguration, error.description)
        case .failed(_, _, let cause) as MigrationError:
            self.init(Self.status(of: cause), "\(error)\(Self.remedy(for: cause))")
        case let error as MigrationError:
            self.init(Self.status(of: error), error.description)
        case let error as PostgresError:
            self.init(Self.status(of: error), "database: \(error.description)\(Self.remedy(for: error))")
        case let failure as any FetchFailure:
            self.init(Self.status(of: failure.kind), failure.description)
        case is CancellationError:
            self.init(.tryAgain, "interrupted; run the same command again to go on")
        default:
            self.init(.defect, "a defect of usaged: \(error)")
        }
    }

    /// What a finished pass means as an exit status; nil when all is done.
    package init?(_ report: PassReport) {
        let failures = report.sourceFailures
        let reasons = failures.map { "\($0.source): \($0.reason)" }.joined(separator: "\n")
        let status = Status(ofFailed: failures.map(\.kind), sources: report.sources)
        if status == .noPermission {
            self.init(.noPermission, "no source may be read:\n\(reasons)")
        } else if status == .unavailable, !report.isCancelled {
            self.init(.unavailable, "no source could be read:\n\(reasons)")
        } else if report.isCancelled {
            self.init(.tryAgain, "interrupted; run the same command again to go on")
        } else if !report.isComplete {
            let failed = report.summary.windowsFailed
            let windows = failed == 1 ? "1 window failed" : "\(failed) windows failed"
            let message = "\(windows); `usaged status` shows why, and the next run tries again"
            let refused = report.refusedDatasets.map {
                "\($0.source): no OAuth client may be read for \($0.dataset.rawValue), so a permission is probably missing "
                    + "(the README has a table): \($0.reason)"
            }
            let parts = [failed > 0 ? message : "", reasons] + refused
            self.init(.tryAgain, parts.filter { !$0.isEmpty }.joined(separator: "\n"))
        } else {
            return nil
        }
    }

    /// What to do about a missing right, which the server's own message leaves open.
    private static func remedy(for error: PostgresError) -> String {
        guard error.sqlState == "42501" else { return "" }
        return
            "\nThe login must be a member of usage_writer to run and to show status, and of usage_owner to migrate and to prune; "
            + "in a database that is new, run roles.sql first (psql -d DATABASE -f migrations/roles.sql)."
    }

    private static func status(of error: PostgresError) -> Status {
        if error.isConnectionLost { return .unavailable }
        if case .invalidConninfo = error { return .badConfiguration }
        if case .connectionFailed(let failure) = error, failure.isMisconfigured { return .badConfiguration }
        // libpq itself refuses to go on, for want of a password for example: the server was never asked.
        if case .connectionFailed(let failure) = error, failure.sqlState == nil, !failure.isTransient {
            return .noPermission
        }
        switch error.sqlState.map({ String($0.prefix(2)) }) {
        case "28": return .noPermission
        case "3D": return .badConfiguration
        case "42" where error.sqlState == "42501": return .noPermission
        // No room, a shutdown, a failing disk, a standby that takes no writes.
        case "53", "57", "58": return .unavailable
        case "25" where error.sqlState == "25006": return .unavailable
        default: return error.isTransient ? .unavailable : .defect
        }
    }

    /// Of a vendor that a command asks by itself, outside of any pass.
    private static func status(of kind: FetchFailureKind) -> Status {
        switch kind {
        case .unauthenticated, .refused, .clientUnavailable: .noPermission
        case .unavailable, .rateLimited: .unavailable
        case .badAnswer: .tryAgain
        }
    }

    private static func status(of error: MigrationError) -> Status {
        switch error {
        case .failed(_, _, let cause): status(of: cause)
        case .lockNotAcquired: .unavailable
        default: .badConfiguration
        }
    }
}

extension CommandFailure.Status {
    /// The statuses but 0, that before others which is told when several would be right.
    static let byPrecedence: [Self] = [
        .defect, .badConfiguration, .noPermission, .unavailable, .tryAgain, .badUsage,
    ]

    /// What a pass comes to some of whose sources could not work.
    ///
    /// - Parameters:
    ///   - kinds: how each of those failed.
    ///   - sources: how many were asked to work.
    init?(ofFailed kinds: [FetchFailureKind], sources: Int) {
        guard !kinds.isEmpty else { return nil }
        let isEverySource = kinds.count == sources
        if isEverySource, kinds.allSatisfy(\.isPermission) {
            self = .noPermission
        } else if isEverySource, kinds.contains(.unavailable) {
            self = .unavailable
        } else {
            self = .tryAgain
        }
    }

    /// For a person, after the number.
    var meaning: String {
        switch self {
        case .badUsage: "bad usage"
        case .unavailable: "a service is unavailable"
        case .defect: "a defect of usaged"
        case .tryAgain: "something would fail and be tried again"
        case .noPermission: "no permission"
        case .badConfiguration: "bad configuration"
        }
    }
}

extension FetchFailureKind {
    fileprivate var isPermission: Bool {
        self == .unauthenticated || self == .refused
    }
}
