import FoundationEssentials
import Transport
package import UsageDomain

/// Whether credentials may read a dataset.
package enum DatasetPermission: Equatable, Sendable {
    case granted
    /// The API's own words, which name the permissions that it wants.
    case missing(String)
    /// The answer says neither.
    case undecided(String)
}

extension GenesysCloudSource {
    /// Asks whether a dataset may be read, without submitting anything: for the results of an execution that nobody
    /// submitted. That takes the same permission as submitting (contract, section 1), so 403 is the answer to who lacks
    /// it, and 404 the answer to who has it.
    ///
    /// One request, unless it fails.
    ///
    /// - Parameters:
    ///   - dataset: one of Genesys Cloud.
    ///   - clientID: the OAuth client that a dataset is asked for which is asked client by client.
    /// - Returns: what the answer says.
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func permission(for dataset: Dataset, ofClient clientID: String) async throws -> DatasetPermission {
        let request = HTTPRequest.get(
            endpoints.url(Self.resultsPath(of: dataset, ofClient: clientID)), answerLimit: 1 << 16)
        do {
            let tally = RequestTally()
            _ = try await send(request, step: .permission(dataset), tally: tally) { _ in WholeBody() }
            return .granted
        } catch let error as GenesysCloudError {
            guard case .exchange(let failure) = error.reason, let status = failure.status, !failure.isTransient else {
                throw error
            }
            switch status {
            case 403: return .missing("\(failure)")
            // A page that somebody else answers with says nothing of the API.
            case 404 where failure.errorBody?.excerpt == nil: return .granted
            case 400..<500: return .undecided("\(failure)")
            default: throw error
            }
        }
    }

    /// Where the results of an execution would be that does not exist.
    private static func resultsPath(of dataset: Dataset, ofClient clientID: String) -> String {
        let nobodys = UUID().uuidString.lowercased()
        let window = Window(dataset: dataset, clientID: clientID, days: Day(daysSinceEpoch: 0)..<Day(daysSinceEpoch: 1))
        return switch dataset {
        case .organizationQuery: OrganizationQuery(window, byUser: false).resultsPath(nobodys)
        case .clientQuery, .clientSummary: ClientQuery(window).resultsPath(nobodys)
        case .simplesearch: SimpleSearch(window, .everything).resultsPath(nobodys)
        case .organizationJobs: OrganizationJob(window, byUser: false).resultsPath(nobodys)
        case .clientJobs: ClientJob(window).resultsPath(nobodys)
        case .channelUsage: preconditionFailure("channel_usage is not read from Genesys Cloud")
        }
    }
}
