import Transport
package import UsageDomain

extension GenesysCloudSource {
    /// The organization that the credentials belong to (contract, section 6).
    ///
    /// - Throws: `GenesysCloudError`; `CancellationError`.
    package func organization() async throws -> Organization {
        let tally = RequestTally()
        let step = GenesysCloudError.Step.organization
        let request = HTTPRequest.get(endpoints.url("/api/v2/organizations/me"), answerLimit: 1 << 20)
        let reply = try await send(request, step: step, tally: tally) { _ in WholeBody() }
        let answer = try decode(WireOrganization.self, from: reply, step: step, tally: tally)
        guard !answer.id.isEmpty else { throw wrongAnswer("id is empty", in: reply.head, step: step, tally: tally) }
        let name = answer.name ?? ""
        for (field, text) in [("id", answer.id), ("name", name)] where text.utf8.contains(0) {
            throw wrongAnswer("\(field) has a character U+0000", in: reply.head, step: step, tally: tally)
        }
        return Organization(id: answer.id, name: name)
    }
}

private struct WireOrganization: Decodable {
    let id: String
    let name: String?
}
