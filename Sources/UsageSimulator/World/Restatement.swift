/// One deterministic change of a day that was published before.
struct Restatement {
    let seed: Seed
    let clients: Int
    let templateURIs: Int
    let httpMethods: Int
    let isOrdinary: Bool

    func apply(to cells: inout [Cell]) {
        let before = cells.count
        var known = Set(cells.map(combination))
        change(&cells)
        if before > 2 {
            // The first row was changed for certain; so the last one goes for certain.
            cells.removeLast()
            let survivors = cells.enumerated().filter { index, _ in index == 0 || !isChosen(index, oneIn: 16, draw: 1) }
            cells = survivors.map(\.element)
        }
        add(max(1, before / 16), to: &cells, besides: &known)
    }

    private func change(_ cells: inout [Cell]) {
        for index in cells.indices where index == 0 || isChosen(index, oneIn: 8, draw: 0) {
            let increase = Int64(1 + seed.derived(index).number(below: 97))
            cells[index].counts.status200 += increase
            if isChosen(index, oneIn: 2, draw: 2) {
                cells[index].counts.status400 += increase / 2
                cells[index].counts.status429 = cells[index].counts.status400 / 4
            }
        }
    }

    /// New rows are none of the removed ones, so that each removed row is really missed.
    private func add(_ count: Int, to cells: inout [Cell], besides known: inout Set<Int>) {
        let combinations = clients * templateURIs * httpMethods
        var candidate = seed.derived(-1).number(below: combinations)
        for _ in 0..<min(count, combinations - known.count) {
            while !known.insert(candidate).inserted {
                candidate = (candidate + 1) % combinations
            }
            let perTemplate = clients * httpMethods
            cells.append(
                Cell(
                    client: candidate % clients,
                    templateURI: candidate / perTemplate,
                    httpMethod: candidate % perTemplate / clients,
                    counts: World.Counts.drawn(seed.derived(candidate &+ 3), isOrdinary: isOrdinary)
                )
            )
        }
    }

    private func combination(_ cell: Cell) -> Int {
        (cell.templateURI * httpMethods + cell.httpMethod) * clients + cell.client
    }

    private func isChosen(_ index: Int, oneIn odds: Int, draw: Int) -> Bool {
        seed.derived(index).derived(draw).number(below: odds) == 0
    }
}
