import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

struct SecrecyTests {
    private static let token = "S3cr3tToken-0123456789"

    /// What an API that echoes the token might answer with, wherever something of it is quoted.
    private static let echoes = [
        #"{"queryStatus":"\#(token)","entities":[]}"#,
        #"{"queryStatus":"Failed","errorBody":{"code":"\#(token)","message":"Bearer \#(token)"}}"#,
        #"{"queryStatus":"Succeeded","entities":[],"nextUri":"https://evil.test/?t=\#(token)"}"#,
        #"{"queryStatus":"Succeeded","entities":[{"date":"\#(token)","requestCount":1}]}"#,
        #"{"queryStatus":"Succeeded","entities":[{"date":"2025-09-02","requestCount":1,"platform":7}],"\#(token)":1}"#,
        #"{"queryStatus":"Succeeded","entities":[{"date":"2025-09-02","requestCount":-1,"platform":"\#(token)"}]}"#,
    ]

    @Test(arguments: [Dataset.organizationJobs, .clientJobs], echoes)
    func `no error shows a token that the API echoed`(dataset: Dataset, body: String) async throws {
        let token = Fault(
            .token,
            .raw(
                200, contentType: "application/json",
                body: #"{"access_token":"\#(Self.token)","expires_in":86400}"#))
        let submit = Fault(dataset.submit, .raw(200, contentType: "application/json", body: #"{"id":"j"}"#))
        let results = Fault(dataset.results, .raw(200, contentType: "application/json", body: body))
        let probe = try await Probe.run(dataset, raw: [token, submit, results])
        let failure = try #require(probe.failure)
        #expect(!"\(failure)".contains("S3cr3t"), "\(failure)")
        #expect(!String(reflecting: failure).contains("S3cr3t"))
    }
}
