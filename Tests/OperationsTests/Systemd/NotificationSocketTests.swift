import Foundation
import Glibc
import Operations
import TestSupport
import Testing

@Suite(.inTurn) struct NotificationSocketTests {
    @Test(arguments: [
        (ServiceNotification.ready, "READY=1"), (.stopping, "STOPPING=1"), (.watchdog, "WATCHDOG=1"),
        (.status("12 of 40 windows"), "STATUS=12 of 40 windows"), (.status("a\nREADY=1"), "STATUS=a\\nREADY=1"),
        (.extendTimeout(.milliseconds(1_500)), "EXTEND_TIMEOUT_USEC=1500000"),
        (.reloading(at: .seconds(7) + .microseconds(3)), "RELOADING=1\nMONOTONIC_USEC=7000003"),
    ])
    func `a notification is spelled as systemd reads it, and its text cannot forge another`(
        notification: ServiceNotification, text: String
    ) {
        #expect(notification.text == text)
    }

    @Test(arguments: ["\(NSTemporaryDirectory())/notify-\(UUID().uuidString)", "@usaged-test-\(UUID().uuidString)"])
    func `several go in one datagram to a path or to an abstract name`(name: String) async throws {
        let listener = try NotificationListener(at: name)
        let socket = try #require(NotificationSocket(environment: ["NOTIFY_SOCKET": name]))
        #expect(socket.send([.ready, .status("at work")]))
        try await eventually("both are heard") { listener.assignments == ["READY=1", "STATUS=at work"] }
    }

    @Test func `who does not listen, or cannot keep up, is told nothing, at once`() throws {
        let name = "@usaged-test-\(UUID().uuidString)"
        let socket = try #require(NotificationSocket(environment: ["NOTIFY_SOCKET": name]))
        #expect(!socket.send([.ready]))
        let listener = try NotificationListener(at: name, isReading: false)
        var taken = 0
        while socket.send([.watchdog]) { taken += 1 }
        #expect(taken > 0)
        withExtendedLifetime(listener) {}
    }

    @Test(arguments: [nil, "", "@", "/", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 108)])
    func `without a socket that can be reached nobody listens`(name: String?) {
        #expect(NotificationSocket(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:]) == nil)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "120000000"], Duration.seconds(120)),
        (["WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "42"], .seconds(120)),
        (["WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "43"], nil), ([:], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "soon"], nil),
    ])
    func `the watchdog is whose process it names`(environment: [String: String], interval: Duration?) {
        #expect(WatchdogInterval.stated(in: environment, for: 42) == interval)
    }
}
