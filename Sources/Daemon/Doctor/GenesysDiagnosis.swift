import GenesysCloud
import Ingest
import Transport
import UsageDomain

/// What an error of Genesys Cloud says, and what to do.
struct GenesysDiagnosis {
    let source: String

    private var way: VendorDiagnosis {
        VendorDiagnosis(source: source, addressKeys: "region (or api-url and login-url)")
    }

    /// Why a source is not let in.
    func finding(ofLogin error: any Error) -> Finding {
        if let error = error as? TimeIsUp { return way.timeIsUp(error, .source(.unavailable)) }
        guard let error = error as? GenesysCloudError else {
            let failure = CommandFailure(error)
            return .fault("credentials", of: source, failure.message, remedy: "try again", .command(failure.status))
        }
        let consequence = Finding.Consequence.source(error.kind)
        switch error.reason {
        case .exchange(let failure), .unauthenticated(let failure):
            return way.finding(of: failure, consequence) ?? refusal(error, failure, consequence)
        default:
            return way.foreign(error.description, consequence)
        }
    }

    /// The API has answered, and does not let in: who is asked, and what it says, tell why (contract, section 4).
    private func refusal(
        _ error: GenesysCloudError, _ failure: TransportError, _ consequence: Finding.Consequence
    ) -> Finding {
        func fault(_ name: String, remedy: String) -> Finding {
            .fault(name, of: source, error.description, remedy: remedy, consequence)
        }
        guard error.step == .token else {
            if failure.status == 401 {
                return fault(
                    "credentials.region",
                    remedy: "the login has issued a token that the API does not know: api-url and login-url belong to "
                        + "different regions, or the OAuth client was disabled a moment ago")
            }
            return fault("vendor.proxy", remedy: "correct region (or api-url): the API is not where it was asked")
        }
        switch (failure.status, failure.errorBody?.code) {
        case (400, "invalid_client"):
            return fault(
                "credentials.region",
                remedy: "the login of this region does not know the OAuth client: correct region or client-id; "
                    + "it may have been deleted, too")
        case (400, "unauthorized_client"), (400, "unsupported_grant_type"), (400, "invalid_grant"):
            return fault(
                "credentials.grant", remedy: "give the OAuth client the grant type Client Credentials at the vendor")
        case (401, _), (403, _):
            return fault(
                "credentials",
                remedy: "store the current secret of that OAuth client (client-secret), and see at the vendor that its "
                    + "state is active: a disabled one is refused alike")
        default:
            return fault("vendor.proxy", remedy: "correct region (or login-url): the login is not where it was asked")
        }
    }

    /// Why it cannot be told whether a dataset may be read.
    func finding(ofDataset dataset: Dataset, _ error: any Error) -> Finding {
        .warning(
            "permission", of: source, dataset: dataset.rawValue, "it cannot be told whether it may be read: \(error)",
            remedy: "try again later")
    }
}
