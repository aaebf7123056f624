import Foundation
import TestSupport
import Testing

@testable import Warehouse

/// How much a spool's folder can hold.
@Suite(.inTurn) struct SpoolRoomTests {
    @Test func `what was written as a proof is gone at once`() throws {
        let folder = "\(NSTemporaryDirectory())/room-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try SpoolFolder(folder).proveRoom(for: 100_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(SpoolFolder(folder).availableBytes ?? 0 > 100_000)
    }

    @Test func `a folder that is not there has no room`() {
        let folder = SpoolFolder("/nowhere/at/all")
        #expect(throws: SpoolError.self) { try folder.proveRoom(for: 1) }
        #expect(folder.availableBytes == nil)
    }
}
