import Glibc

/// Waits for a socket with `poll(2)`, until it is ready, somebody wakes the thread, or the limit is reached.
/// Knows nothing of libpq.
struct Waiter {
    let wakePipe: WakePipe
    let limit: Limit

    struct Events: OptionSet {
        let rawValue: Int

        static let readable = Events(rawValue: 1)
        static let writable = Events(rawValue: 2)
    }

    /// Returns what the socket is ready for, which is nothing after a wake-up that was meant for something else.
    ///
    /// An error or hang-up of the socket counts as ready for what was asked: the next call on it will tell.
    func wait(for interest: Events, on socket: Int32) throws(Interruption) -> Events {
        try limit.check()
        var descriptors = (
            pollfd(fd: socket, events: interest.pollFlags, revents: 0),
            pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0)
        )
        withUnsafeMutableBytes(of: &descriptors) { bytes in
            // A negative answer is EINTR: nothing is ready, and the caller asks again.
            _ = Glibc.poll(bytes.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, limit.millisecondsLeft)
        }
        if descriptors.1.revents != 0 {
            wakePipe.drain()
            try limit.check()
        }
        return interest.ready(descriptors.0.revents)
    }

    /// What the socket is ready for at this moment.
    static func ready(for interest: Events, on socket: Int32) -> Events {
        var descriptor = pollfd(fd: socket, events: interest.pollFlags, revents: 0)
        _ = Glibc.poll(&descriptor, 1, 0)
        return interest.ready(descriptor.revents)
    }

    /// Sleeps until somebody wakes the thread, or until `end` if there is one.
    static func sleep(until wakePipe: WakePipe, orAt end: ContinuousClock.Instant? = nil) {
        var descriptor = pollfd(fd: wakePipe.readEnd, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&descriptor, 1, end.map { Limit(deadline: $0).millisecondsLeft } ?? -1)
        wakePipe.drain()
    }
}

extension Waiter.Events {
    fileprivate var pollFlags: Int16 {
        Int16((contains(.readable) ? POLLIN : 0) | (contains(.writable) ? POLLOUT : 0))
    }

    fileprivate func ready(_ returned: Int16) -> Waiter.Events {
        let returned = Int32(returned)
        var events: Waiter.Events = []
        if returned & (POLLIN | POLLERR | POLLHUP | POLLNVAL) != 0 { events.insert(.readable) }
        if returned & (POLLOUT | POLLERR | POLLHUP | POLLNVAL) != 0 { events.insert(.writable) }
        return events.intersection(self)
    }
}
