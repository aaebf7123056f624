import FoundationEssentials
import Synchronization

/// The fake API: a world, a script, and the ledger of what it was asked. `withSimulator` runs one.
package final class Simulator: Sendable {
    /// Where it listens, for example `http://127.0.0.1:39021`; both the API and the token endpoint.
    package let baseURL: String
    /// What may obtain a token; the first belongs to the world's first OAuth client.
    package let credentials: [Credential]
    package let ledger: Ledger
    /// The other fake, with a world, a script and a ledger of its own.
    package let infodeck: InfodeckSimulator

    /// The clock that can leap, where the simulator has one.
    package let clock: SimulatedClock?
    let now: @Sendable () -> Date
    let state: Mutex<State>

    /// The time that answers state.
    var statedDate: Date {
        now().addingTimeInterval(state.withLock { $0.script.clockError } / .seconds(1))
    }

    /// The largest request body that is taken, in bytes (contract, section 5).
    static let largestRequest = 512_000

    struct State: Sendable {
        var world: World
        var script: Script
        var tokens = Tokens()
        var limiter = RateLimiter()
        var executions: [String: Execution] = [:]
        /// How many requests matched each fault of the script.
        var matches: [Int: Int] = [:]
        /// How many requests at each endpoint were left to chance.
        var draws: [Endpoint: Int] = [:]
        var submits = 0
        var identifiers: SeededGenerator

        mutating func uuid() -> String {
            Seed(identifiers.next()).uuid
        }
    }

    init(
        baseURL: String,
        world: World,
        script: Script,
        credentials: [Credential]?,
        ledger: Ledger = Ledger(),
        clock: SimulatedClock? = nil,
        now: @escaping @Sendable () -> Date
    ) {
        let now: @Sendable () -> Date = if let clock { { clock.date } } else { now }
        self.clock = clock
        self.baseURL = baseURL
        self.credentials = credentials ?? [Simulator.defaultCredential(of: world)]
        self.ledger = ledger
        self.now = now
        infodeck = InfodeckSimulator(baseURL: baseURL, now: now)
        state = Mutex(
            State(world: world, script: script, identifiers: SeededGenerator(world.seed.derived(5)))
        )
    }

    /// The credential of the world's first OAuth client, which every simulator accepts unless told otherwise.
    package static func defaultCredential(of world: World) -> Credential {
        Credential(clientID: world.clients[0].id, clientSecret: "S3cr3t-\(world.seed.derived(6).uuid)")
    }

    /// The id of the first credential.
    package var clientID: String { credentials.first?.clientID ?? "" }

    /// The secret of the first credential.
    package var clientSecret: String { credentials.first?.clientSecret ?? "" }

    /// The world as it is now: ask it for the truth.
    package var world: World {
        state.withLock { $0.world }
    }

    /// The behaviour as it is now.
    package var script: Script {
        state.withLock { $0.script }
    }

    /// The newest day whose rows are published now.
    package var newestPublishedDay: World.Day {
        newestPublishedDay(lag: state.withLock { $0.script.publishLag })
    }

    /// Changes past days. Executions that were submitted before answer as if nothing had happened.
    package func restate(_ days: World.Day...) {
        state.withLock { state in
            days.forEach { state.world.restate($0) }
        }
    }

    /// Changes the world, for example a client's name. Executions that were submitted before answer from the old one.
    package func alter(_ change: (inout World) -> Void) {
        state.withLock { change(&$0.world) }
    }

    /// Changes the behaviour from the next request on. When the faults are touched, their counting starts anew.
    package func rewrite(_ change: (inout Script) -> Void) {
        state.withLock { state in
            let faults = state.script.faults.map(\.description)
            change(&state.script)
            if state.script.faults.map(\.description) != faults {
                state.matches = [:]
            }
        }
    }

    /// Makes every token that was issued so far invalid.
    package func expireTokens() {
        state.withLock { $0.tokens = Tokens() }
    }

    /// Ends the lifetime of every execution that was submitted so far; see ``Script/lateReads``.
    package func forgetExecutions() {
        state.withLock { state in
            for id in state.executions.keys {
                state.executions[id]?.isGone = true
            }
        }
    }

    func newestPublishedDay(lag: Duration) -> World.Day {
        World.Day(containing: now().addingTimeInterval(-(lag / .seconds(1)))).advanced(by: -1)
    }
}
