import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct SecrecyTests {
    /// What an API that echoes secrets might answer with, wherever something of it is quoted or might be.
    private static let echoes = [
        (#"{"queryStatus":"SECRET","entities":[]}"#, "\"***\", a query status"),
        (
            #"{"queryStatus":"Failed","errorBody":{"code":"SECRET","message":"Bearer SECRET"}}"#,
            "***: Bearer ***"
        ),
        (
            #"{"queryStatus":"Succeeded","entities":[{"date":"SECRET","requestCount":1}]}"#,
            "date: is no midnight in UTC"
        ),
        (
            #"{"queryStatus":"Succeeded","entities":[{"date":"2025-09-02","requestCount":-1,"platform":"SECRET"}]}"#,
            "requestCount: is negative"
        ),
    ]

    @Test(arguments: [Dataset.organizationJobs, .clientJobs], echoes)
    func `no error shows a secret that the API echoed`(dataset: Dataset, echo: (String, String)) async throws {
        try await Account.run { account in
            _ = try await account.source.organization()
            let token = try #require(account.source.tokens.held)
            for secret in [token.value.reveal(), account.simulator.clientSecret] {
                let body = echo.0.replacing("SECRET", with: secret)
                account.simulator.rewrite {
                    $0.faults = [Fault(dataset.results, .raw(200, contentType: "application/json", body: body))]
                }
                let probe = try await account.probe(dataset)
                let failure = try #require(probe.failure)
                #expect(probe.count(of: dataset.results) > 0)
                #expect(!"\(failure)".contains(secret), "\(failure)")
                #expect(!String(reflecting: failure).contains(secret))
                #expect("\(failure)".contains(echo.1), "\(failure)")
            }
        }
    }

    @Test func `a link to another host is quoted without the secrets in it`() async throws {
        try await Account.run { account in
            _ = try await account.source.organization()
            let token = try #require(account.source.tokens.held)
            let row = #"{"date":"2025-09-02","requestCount":1}"#
            let rows = Array(repeating: row, count: 1_000).joined(separator: ",")
            let body =
                #"{"queryStatus":"Succeeded","entities":[\#(rows)],"nextUri":"https://evil.test/?t=\#(token.value.reveal())"}"#
            account.simulator.rewrite {
                $0.faults = [Fault(.jobsResults, .raw(200, contentType: "application/json", body: body))]
            }
            let failure = try #require(try await account.probe(.organizationJobs).failure)
            #expect("\(failure)".contains("nextUri leads to another host: https://evil.test/?t=***"), "\(failure)")
        }
    }
}
