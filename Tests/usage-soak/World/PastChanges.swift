import FoundationEssentials
import Randomness
import UsageSimulator

/// Changes of what the vendors tell of the past, and of the OAuth clients that they list: some each simulated day.
struct PastChanges: Sendable {
    /// How often there was what.
    private(set) var counts: [String: Int] = [:]
    private let size: SoakSize
    private var random: SeededRandom

    init(_ size: SoakSize) {
        self.size = size
        random = SeededRandom(size.seed, branch: 2)
    }

    /// What changes in the first moment of a day.
    mutating func happen(on today: World.Day, to simulator: Simulator) {
        restate(1...6, "restated within the lookback", oneIn: 2, today, simulator)
        restate(8...34, "restated within the wide pass", oneIn: 4, today, simulator)
        restate(36...200, "restated beyond the wide pass", oneIn: 8, today, simulator)
        vanish(today, simulator)
        if random.once(in: 4) {
            let start = today.advanced(by: -Int.random(in: 2...30, using: &random)).start
            simulator.infodeck.alter { $0.restate(start..<start.addingTimeInterval(86_400)) }
            count("Infodeck restated")
        }
        changeClients(simulator)
    }

    /// Every OAuth client is listed again, so that each can be compared.
    mutating func end(_ simulator: Simulator) {
        for client in simulator.world.clients where !client.isListed {
            simulator.alter { $0.change(clientID: client.id, isListed: true) }
        }
    }

    private mutating func restate(
        _ ages: ClosedRange<Int>, _ name: String, oneIn odds: Int, _ today: World.Day, _ simulator: Simulator
    ) {
        guard random.once(in: odds), let day = day(ages, before: today) else { return }
        simulator.restate(day)
        count(name)
    }

    private mutating func vanish(_ today: World.Day, _ simulator: Simulator) {
        if random.once(in: 5), let day = day(2...30, before: today) {
            simulator.alter { $0.vanish(day) }
            count("days vanished")
        }
        if random.once(in: 8), let day = simulator.world.vanishedDays.sorted().randomElement(using: &random) {
            simulator.alter { $0.bringBack(day) }
            count("days came back")
        }
    }

    /// A day of some age that is owed. In a long soak none before the daemon's first: the newer family forgets those before
    /// the end, and what it forgot cannot be compared.
    private mutating func day(_ ages: ClosedRange<Int>, before today: World.Day) -> World.Day? {
        let day = today.advanced(by: -Int.random(in: ages, using: &random))
        return day >= (size.days < 300 ? size.startDay : size.firstDay) ? day : nil
    }

    private mutating func changeClients(_ simulator: Simulator) {
        // The first is the daemon's own credential.
        let clients = simulator.world.clients.dropFirst()
        if random.once(in: 5), let client = clients.randomElement(using: &random) {
            let name = "Renamed \(Int.random(in: 1...1_000, using: &random))"
            simulator.alter { $0.change(clientID: client.id, name: name) }
            count("clients renamed")
        }
        if random.once(in: 6), let client = clients.filter(\.isListed).randomElement(using: &random) {
            simulator.alter { $0.change(clientID: client.id, isListed: false) }
            count("clients deleted")
        }
        if random.once(in: 6), let client = clients.filter({ !$0.isListed }).randomElement(using: &random) {
            simulator.alter { $0.change(clientID: client.id, isListed: true) }
            count("clients appeared")
        }
    }

    private mutating func count(_ name: String) {
        counts[name, default: 0] += 1
    }
}
