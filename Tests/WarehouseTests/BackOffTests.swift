import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct BackOffTests {
    private let now = date("2025-06-01T12:00:00Z")
    private let times = BackOffTimes(first: .seconds(3_600), longest: .seconds(86_400))

    @Test func `each failure doubles the wait, to a day at most, and a success begins anew`() async throws {
        let fixture = try await Fixture()
        let subject = BackOffSubject.dataset(.clientQuery, clientID: "c-1")
        for round in 0..<2 {
            for hours in [1.0, 2, 4, 8, 16, 24, 24, 24] {
                let next = try await fixture.warehouse.backOff(
                    subject, of: "acme", because: "round \(round)", times: times, now: now)
                #expect(next == now + hours * 3_600)
                let wholly = try await fixture.warehouse.backOff(source: "acme", times: times, now: now)
                #expect(wholly == next)
            }
            let known = try await fixture.warehouse.backOffs(of: "acme")
            #expect(known.keys.map(\.self) == [subject])
            #expect(known[subject]?.reason == "round \(round)")
            try await fixture.warehouse.endBackOff([subject, .limits], of: "acme")
            try await fixture.warehouse.endBackOff(ofSource: "acme")
            #expect(try await fixture.warehouse.backOffs(of: "acme").isEmpty)
            #expect(try await fixture.warehouse.backOff(ofSource: "acme", failedSince: .distantPast) == nil)
        }
        await fixture.close()
    }

    @Test func `every subject is known again by its name`() async throws {
        let fixture = try await Fixture()
        var subjects: Set<BackOffSubject> = [.limits, .listing, .dataset(.clientJobs, clientID: "c-1")]
        subjects.formUnion(Dataset.allCases.map { .dataset($0, clientID: "") })
        for subject in subjects {
            try await fixture.warehouse.backOff(subject, of: "acme", because: "x", times: times, now: now)
        }
        #expect(Set(try await fixture.warehouse.backOffs(of: "acme").keys) == subjects)
        #expect(try await fixture.warehouse.backOffs(of: "tower").isEmpty)
        await #expect(throws: PostgresError.self) {
            try await fixture.warehouse.backOff(.limits, of: "nobody", because: "x", times: times, now: now)
        }
        await fixture.close()
    }

    @Test func `only what failed since a moment holds a source up`() async throws {
        let fixture = try await Fixture()
        try await fixture.warehouse.markSourceFailed("acme", because: "HTTP 401", now: now)
        let next = try await fixture.warehouse.backOff(source: "acme", times: times, now: now)
        let known = try await fixture.warehouse.backOff(ofSource: "acme", failedSince: now)
        #expect(known?.reason == "HTTP 401")
        #expect(known?.nextAttemptAt == next)
        #expect(try await fixture.warehouse.backOff(ofSource: "acme", failedSince: now + 1) == nil)
        await fixture.close()
    }

    @Test func `status shows what is left alone, of configured sources`() async throws {
        let fixture = try await Fixture()
        try await fixture.warehouse.markSourceFailed("acme", because: "HTTP 401", now: now)
        try await fixture.warehouse.backOff(source: "acme", times: times, now: now)
        try await fixture.warehouse.backOff(
            .dataset(.clientQuery, clientID: "c-1"), of: "acme", because: "HTTP 500", times: times, now: now - 1)
        let shown = try await fixture.warehouse.status().backingOff
        #expect(
            shown.map { "\($0.source)/\($0.subject)/\($0.client): \($0.reason)" }
                == ["acme/client_query/c-1: HTTP 500", "acme//: HTTP 401"])
        #expect(shown.map(\.nextAttemptAt) == [now + 3_599, now + 3_600])
        try await fixture.warehouse.configure([])
        #expect(try await fixture.warehouse.status().backingOff.isEmpty)
        await fixture.close()
    }
}
