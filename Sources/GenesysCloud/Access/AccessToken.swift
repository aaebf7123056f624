import Synchronization
import Transport

/// A bearer token and when to stop using it.
struct AccessToken: Sendable {
    private static let numbers = Mutex(0)

    /// Tells tokens of this process apart without looking at them.
    let id: Int
    let value: Secret
    /// On the timekeeper's scale.
    let renewalDue: Duration

    /// - Parameters:
    ///   - value: the token itself.
    ///   - requested: when it was asked for, from which its life is counted.
    ///   - lifetime: as the answer said.
    init(value: Secret, requested: Duration, lifetime: Duration) {
        id = Self.numbers.withLock { number in
            number += 1
            return number
        }
        self.value = value
        // Five minutes before the end (contract, section 4), or half way of a life too short for that.
        renewalDue = requested + max(lifetime - .seconds(300), lifetime / 2)
    }

    /// Value of the `Authorization` header.
    var authorization: Secret {
        Secret("Bearer \(value.reveal())")
    }
}
