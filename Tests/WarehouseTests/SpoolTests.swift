import Glibc
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.inTurn)
struct SpoolTests {
    private let first = day("2025-03-01")

    @Test func `what spilled to disk is read back in order, and again`() throws {
        let rows = (0..<5_000).map { row(first, "c-\($0 % 7)", requests: Int64($0)) }
        let answer = try spool(rows, memoryLimit: 10_000)
        for _ in 0..<2 {
            var requests: [Int64] = []
            var ordinals: [UInt32] = []
            try answer.forEachRecord {
                requests.append($0.requests)
                ordinals.append($0.ordinal)
            }
            #expect(requests == (0..<5_000).map(Int64.init))
            #expect(ordinals == (0..<5_000).map(UInt32.init))
        }
        #expect(answer.rows == 5_000)
        #expect(answer.content.file != nil && answer.content.rowsInMemory.count < 5_000)
    }

    @Test func `more distinct texts than the limit are refused, repeated ones are not counted`() throws {
        let spool = UsageSpool(directory: "/tmp", distinctTextLimit: 10_000)
        for _ in 0..<10_000 { try spool.append(row(first, "c-1", name: "Name")) }
        #expect(throws: SpoolError.tooManyDistinctTexts(limitBytes: 10_000)) {
            for number in 0..<1_000 { try spool.append(row(first, "c-\(number)")) }
        }
        #expect(throws: SpoolError.tooManyDistinctTexts(limitBytes: 10_000)) {
            for number in 0..<1_000 { try spool.append(row(first, "c-1", "api", method: "M-\(number)")) }
        }
    }

    @Test func `clients that come on every day are counted day by day, as their sums are kept`() throws {
        let limit = 200 * 192
        let spool = UsageSpool(directory: "/tmp", distinctTextLimit: limit)
        for client in 0..<10 { try spool.append(row(first, "c-\(client)")) }
        #expect(throws: SpoolError.tooManyDistinctTexts(limitBytes: limit)) {
            for number in 1..<31 {
                for client in 0..<10 { try spool.append(row(first.advanced(by: number), "c-\(client)")) }
            }
        }
    }

    @Test func `an answer that begins again forgets what came before`() throws {
        let spool = UsageSpool(directory: "/tmp", memoryLimit: 144)
        for number in 0..<9 { try spool.append(row(first, "c-\(number)", requests: 5)) }
        spool.restart()
        try spool.append(row(first, "other", requests: 7))
        let answer = spool.finish()
        #expect(answer.rows == 1)
        #expect(answer.requestsByClient == ["other": 7])
        #expect(answer.totals[first]?.requests == 7)
        #expect(spool.finish().rows == 0)
    }

    @Test func `totals add up beyond 64 bits`() throws {
        let answer = try spool((0..<4).map { row(first, "c-1", "u-\($0)", requests: .max) })
        #expect(answer.totals[first]?.requests == 4 * Int128(Int64.max))
        #expect(answer.totals[first]?.rows == 4)
        #expect(answer.requestsByClient == ["c-1": 4 * Int128(Int64.max)])
        #expect(
            answer.totals == (try spool((0..<4).reversed().map { row(first, "c-1", "u-\($0)", requests: .max) })).totals
        )
    }

    @Test func `texts that look alike and differ in their bytes stay two`() throws {
        let answer = try spool([row(first, "caf\u{e9}"), row(first, "cafe\u{301}")])
        #expect(answer.content.clients.values.count == 2)
    }

    @Test(arguments: [
        [("2025-03-10", "B"), ("2025-03-20", "B"), ("2025-03-15", "A")],
        [("2025-03-20", "B"), ("2025-03-10", "A")],
        [("2025-03-20", ""), ("2025-03-10", "B")],
        [("2025-03-10", "B"), ("2025-03-20", "")],
        [("2025-03-10", "A"), ("2025-03-20", "B")],
    ])
    func `of a client's names that of the newest day which states one is kept`(names: [(String, String)]) throws {
        let answer = try spool(names.map { row(day($0.0), "c-1", name: $0.1) })
        #expect(answer.content.clientNames.map(\.name) == ["B"])
    }
}
