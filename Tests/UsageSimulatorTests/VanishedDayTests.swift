import Testing

@testable import UsageSimulator

@Suite struct `A day that vanishes` {
    let day = World.Day(2025, 9, 3)

    @Test func `has no rows in any dataset until it comes back as it was`() {
        var world = World(seed: 4, size: World.Size(rowsADay: 60, isSteady: true))
        world.restate(day)
        func rows() -> [[World.Row]] {
            [
                world.rows(from: day, through: day), world.searchRows(from: day, through: day),
                world.jobRows(from: day, through: day),
                world.clients.flatMap { world.clientRows(of: $0.id, from: day, through: day) },
                world.allClients.flatMap { world.clientJobRows(of: $0.id, from: day, through: day) },
            ]
        }
        let before = rows()
        #expect(before.allSatisfy { !$0.isEmpty })
        world.vanish(day)
        let vanished = rows()
        #expect(vanished.allSatisfy { $0.isEmpty })
        #expect(!world.rows(from: day.advanced(by: 1), through: day.advanced(by: 1)).isEmpty)
        world.bringBack(day)
        #expect(rows().map(\.tallied) == before.map(\.tallied))
    }

    @Test func `of a client that was never restated vanishes, too`() {
        var world = World(seed: 4, size: World.Size(rowsADay: 60, isSteady: true))
        world.vanish(day)
        #expect(world.clients.allSatisfy { world.clientRows(of: $0.id, from: day, through: day).isEmpty })
    }

    @Test func `is no matter of a client's place in the listing`() {
        var world = World(seed: 4)
        let client = world.clients[1]
        world.change(clientID: client.id, isListed: false)
        #expect(!world.clients[1].isListed)
        #expect(world.clients[1].name == client.name)
        world.change(clientID: client.id, name: "Other")
        #expect(!world.clients[1].isListed)
    }
}
