/// Usage made from a seed.
struct GeneratedUsage: DailyUsage {
    let activeClients: Int
    private let seed: Seed
    private let size: World.Size
    private let httpMethods: Int
    private let combinations: Int
    private let stride: Int

    init(seed: Seed, size: World.Size, clients: Int, templateURIs: Int, httpMethods: Int) {
        self.seed = seed
        self.size = size
        self.httpMethods = httpMethods
        activeClients = clients
        combinations = clients * templateURIs * httpMethods
        stride = GeneratedUsage.coprime(near: combinations * 5 / 8, of: combinations)
    }

    func cells(on day: World.Day) -> [Cell] {
        cells(on: day) { _ in true }
    }

    func cells(on day: World.Day, of client: Int) -> [Cell] {
        cells(on: day) { $0 == client }
    }

    private func cells(on day: World.Day, ofClients isWanted: (Int) -> Bool) -> [Cell] {
        guard day >= size.firstDay else { return [] }
        let daySeed = seed.derived(day.number)
        let count = rowCount(daySeed)
        var cells: [Cell] = []
        // Steps of a stride that shares no divisor with the number of combinations meet none of them twice. The days begin
        // near each other, so that most combinations of one day occur on the next one, too.
        let skipped = daySeed.derived(1).number(below: size.rowsADay / 2 + 1)
        var combination = (seed.derived(-1).number(below: combinations) + skipped * stride) % combinations
        for _ in 0..<count {
            defer { combination = (combination + stride) % combinations }
            let perTemplate = activeClients * httpMethods
            guard isWanted(combination % activeClients) else { continue }
            cells.append(
                Cell(
                    client: combination % activeClients,
                    templateURI: combination / perTemplate,
                    httpMethod: combination % perTemplate / activeClients,
                    counts: World.Counts.drawn(daySeed.derived(combination &+ 2), isOrdinary: size.isOrdinary)
                )
            )
        }
        return cells
    }

    private func rowCount(_ daySeed: Seed) -> Int {
        let most = min(size.rowsADay, combinations)
        guard !size.isSteady else { return most }
        let draw = daySeed.derived(0)
        guard draw.number(below: 8) > 0 else { return 0 }
        return most / 2 + draw.derived(0).number(below: most - most / 2 + 1)
    }

    private static func coprime(near start: Int, of number: Int) -> Int {
        func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
            right == 0 ? left : greatestCommonDivisor(right, left % right)
        }
        return (max(1, start)...).first { greatestCommonDivisor($0, number) == 1 } ?? 1
    }
}

extension World.Counts {
    /// Counters as an organization has them: mostly small, a few above 2³², each class present now and then.
    static func drawn(_ seed: Seed, isOrdinary: Bool) -> World.Counts {
        let bits = seed.value
        let requests: Int64
        if bits & 511 == 0, !isOrdinary {
            requests = 4_294_967_296 + Int64(truncatingIfNeeded: bits >> 24)
        } else {
            let magnitude = Int64(1) << Int64((bits >> 9) & 15)
            requests = 1 + Int64(truncatingIfNeeded: bits >> 24) % magnitude
        }
        let status400 = (bits >> 13) & 3 == 0 ? requests / 7 : 0
        let status500 = (bits >> 15) & 15 == 0 ? requests / 40 : 0
        let status300 = (bits >> 19) & 15 == 0 ? requests / 11 : 0
        return World.Counts(
            status200: requests - status300 - status400 - status500,
            status300: status300,
            status400: status400,
            status500: status500,
            status429: (bits >> 23) & 1 == 0 ? status400 / 3 : 0
        )
    }
}
