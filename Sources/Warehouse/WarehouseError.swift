package import UsageDomain

/// What the warehouse itself refuses; errors of the database are `PostgresError`.
package enum WarehouseError: Error, Equatable, Sendable {
    /// Two rows of one answer have the same identity, so the answer contradicts itself. Rows are numbered from 0.
    case duplicateRow(RowIdentity, ordinals: [Int64])
    /// A counter of a day's rows adds up to more than a 64-bit number holds: such an answer cannot be true.
    case sumBeyondRange(Day, counter: String)
    /// Another configured source owns this dataset of this organization.
    case datasetClaimed(Dataset, organization: Organization, bySource: String, wantedBy: String)
    /// The source authenticated as another organization than before.
    case organizationChanged(source: String, from: String, to: Organization)
    /// PostgreSQL does not know the time zone that the configuration names.
    case unknownTimeZone(String, source: String)
    /// Retention gave the day up, so that it has no place any more. The server's own words.
    case dayGivenUp(String)
    /// The connection leads to another session of the server each time, so that no lock can be kept.
    case sessionNotKept
}

extension WarehouseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .duplicateRow(let identity, let ordinals):
            "the answer states one fact twice: \(identity) (rows \(ordinals.map(String.init).joined(separator: ", ")), "
                + "counted from 0)"
        case .sumBeyondRange(let day, let counter):
            "the answer's rows of \(day) add up to more \(counter) than a 64-bit number holds"
        case .datasetClaimed(let dataset, let organization, let owner, let other):
            "source \(other): \(dataset.rawValue) of organization \(organization.id) (\(organization.name)) belongs to "
                + "source \(owner): a dataset of one organization belongs to one source; take it out of one of the two"
        case .organizationChanged(let source, let former, let organization):
            "source \(source) used to be organization \(former) and now authenticates as \(organization.id) "
                + "(\(organization.name)): give the new account a new source name, so that their usage is not mixed"
        case .unknownTimeZone(let zone, let source):
            "source \(source): PostgreSQL does not know the time zone \"\(zone)\"; name one of pg_timezone_names, as Asia/Taipei"
        case .dayGivenUp(let reason):
            reason
        case .sessionNotKept:
            "database: the connection leads to another session of the server each time, as through a pooler in transaction "
                + "mode: usaged needs sessions of its own, so connect it to the server itself or to a pool in session mode"
        }
    }
}
