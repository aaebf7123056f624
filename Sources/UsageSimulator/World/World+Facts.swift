extension World {
    /// Everything counted on a day that concerns a question, in the finest form there is.
    func facts(on day: Day, _ question: Question) -> [Cell] {
        switch (question.subject, question.family) {
        case (.organization, .older):
            return cells(on: day)
        case (.organization, .newer):
            let billable = cells(on: day)
            return all(billable, on: day) + builtInCells(on: day, besides: billable.count)
        case (.oauthClient(let id), let family):
            guard let client = allClients.firstIndex(where: { $0.id == id }) else { return [] }
            guard client < clients.count else {
                guard family == .newer else { return [] }
                return builtInCells(on: day, besides: cells(on: day).count).filter { $0.client == client }
            }
            let own = cells(on: day, of: client)
            let billable = own + foreignCells(beside: own, on: day)
            return family == .older ? billable : all(billable, on: day)
        }
    }

    private func cells(on day: Day, of client: Int) -> [Cell] {
        guard restatements[day] != nil || vanishedDays.contains(day) else { return usage.cells(on: day, of: client) }
        return cells(on: day).filter { $0.client == client }
    }

    /// What a client did in organizations that call besides the world's own: some of what it did at home, as often as it
    /// pleases.
    private func foreignCells(beside own: [Cell], on day: Day) -> [Cell] {
        let foreign = callingOrganizationIDs.count - 1
        guard foreign > 0 else { return [] }
        return own.compactMap { cell in
            let draw = factSeed(20, cell, day)
            guard draw.number(below: 3) == 0 else { return nil }
            var abroad = cell
            abroad.callingOrganization = 1 + draw.derived(0).number(below: foreign)
            abroad.counts = Counts.drawn(draw.derived(1), isOrdinary: isOrdinary)
            return abroad
        }
    }

    /// The newer family's view of what the older one counts: each row on a platform, some with requests that are not billed,
    /// some a second time on another platform.
    private func all(_ billable: [Cell], on day: Day) -> [Cell] {
        var cells: [Cell] = []
        cells.reserveCapacity(billable.count * 5 / 4)
        for cell in billable {
            let draw = factSeed(21, cell, day)
            var whole = cell
            whole.platform = draw.number(below: platforms.count)
            if draw.derived(0).number(below: 4) == 0 {
                whole.counts.status200 += Int64(1 + draw.derived(1).number(below: 50))
            }
            cells.append(whole)
            if platforms.count > 1, draw.derived(2).number(below: 6) == 0 {
                var second = cell
                second.platform = (whole.platform + 1) % platforms.count
                second.counts = Counts.drawn(draw.derived(3), isOrdinary: isOrdinary)
                cells.append(second)
            }
        }
        return cells
    }

    /// Requests of the vendor's own clients, which the older family leaves out (contract, finding 2): one row for twenty others.
    private func builtInCells(on day: Day, besides others: Int) -> [Cell] {
        guard !builtInClients.isEmpty, others > 0 else { return [] }
        let combinations = templateURIs.count * httpMethods.count
        let draw = seed.derived(22).derived(day.number)
        let first = draw.number(below: combinations)
        return (0..<min(1 + others / 20, combinations)).map { index in
            let combination = (first + index) % combinations
            return Cell(
                client: clients.count + index % builtInClients.count,
                templateURI: combination / httpMethods.count,
                httpMethod: combination % httpMethods.count,
                counts: Counts.drawn(draw.derived(combination), isOrdinary: isOrdinary),
                platform: index % platforms.count
            )
        }
    }

    private func factSeed(_ branch: Int, _ cell: Cell, _ day: Day) -> Seed {
        let everyone = clients.count + builtInClients.count
        let combination = (cell.templateURI * httpMethods.count + cell.httpMethod) * everyone + cell.client
        return seed.derived(branch).derived(day.number).derived(cell.callingOrganization).derived(combination)
    }
}
