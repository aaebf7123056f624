/// One row of an answer, as indices into the world; -1 stands for what was not grouped by.
struct Tally: Sendable {
    var bucket: World.Day?
    var client = -1
    var callingOrganization = -1
    var templateURI = -1
    var httpMethod = -1
    var user = -1
    var platform = -1
    var counts: World.Counts

    fileprivate struct Key: Hashable {
        var client, callingOrganization, templateURI, httpMethod, user, platform: Int

        static func isOrdered(_ left: Key, _ right: Key) -> Bool {
            (left.templateURI, left.httpMethod, left.client, left.user, left.callingOrganization, left.platform)
                < (
                    right.templateURI, right.httpMethod, right.client, right.user, right.callingOrganization,
                    right.platform
                )
        }
    }
}

extension World {
    /// The rows of an answer in batches, so that a long answer is never in memory as a whole.
    ///
    /// Days come in a shuffled order and rows are shuffled within a batch, as the real answer is sorted by nothing.
    func tallies(on days: ClosedRange<Day>, answering question: Question) -> some Sequence<[Tally]> {
        var shuffling = SeededGenerator(seed.derived(3).derived(days.lowerBound.number).derived(days.count))
        var buckets = buckets(of: days, question).shuffled(using: &shuffling)[...]
        return sequence(state: shuffling) { shuffling -> [Tally]? in
            var batch: [Tally] = []
            while let bucket = buckets.popFirst() {
                batch += tallies(of: bucket, answering: question)
                if batch.count >= 8_192 { break }
            }
            guard !batch.isEmpty else { return nil }
            batch.shuffle(using: &shuffling)
            return batch
        }
    }

    /// The days in parts of the question's granularity.
    func buckets(of days: ClosedRange<Day>, _ question: Question) -> [ClosedRange<Day>] {
        guard let granularity = question.granularity else { return [days] }
        func bucket(of day: Day) -> Day { granularity.bucket(of: day, weekStart: question.weekStart) }
        var buckets: [ClosedRange<Day>] = []
        for day in days {
            if let open = buckets.last, bucket(of: open.lowerBound) == bucket(of: day) {
                buckets[buckets.count - 1] = open.lowerBound...day
            } else {
                buckets.append(day...day)
            }
        }
        return buckets
    }

    /// The rows of one bucket.
    func tallies(of days: ClosedRange<Day>, answering question: Question) -> [Tally] {
        let bucket = question.granularity?.bucket(of: days.lowerBound, weekStart: question.weekStart)
        let selection = Selection(question.filter, in: self)
        let dimensions = question.dimensions
        let isByUser = dimensions.contains(.user)
        let projection = Projection(question, in: self)
        if days.count == 1, !isByUser, !selection.asksForUsers, question.dimensionsOfFacts.isSubset(of: dimensions) {
            return facts(on: days.lowerBound, question).filter(selection.admits).map { cell in
                projection.tally(projection.key(cell, user: -1), cell.counts, bucket)
            }
        }
        var sums: [Tally.Key: Counts] = [:]
        for day in days {
            for cell in facts(on: day, question) where selection.admits(cell) {
                guard isByUser || selection.asksForUsers else {
                    sums[projection.key(cell, user: -1), default: .zero] += cell.counts
                    continue
                }
                for (user, counts) in shares(of: cell, on: day) where selection.admits(user: user) {
                    sums[projection.key(cell, user: isByUser ? user : -1), default: .zero] += counts
                }
            }
        }
        return sums.sorted { Tally.Key.isOrdered($0.key, $1.key) }.map { projection.tally($0.key, $0.value, bucket) }
    }

    /// Divides a cell among users: one to three of them, or nobody where the grant knows no user.
    private func shares(of cell: Cell, on day: Day) -> [(Int, Counts)] {
        let people = users.count - 1
        guard people > 0, client(at: cell.client).grant != .clientCredentials else { return [(0, cell.counts)] }
        let draw = seed.derived(4).derived(cell.client).derived(cell.templateURI).derived(day.number)
        let sharers = min(1 + draw.number(below: 3), people)
        let first = draw.derived(0).number(below: people)
        return (0..<sharers).compactMap { index in
            func share(_ count: Int64) -> Int64 {
                count / Int64(sharers) + (index == 0 ? count % Int64(sharers) : 0)
            }
            // Divided apart, so that a user's 429s stay a part of that user's 400s.
            let throttled = share(cell.counts.status429)
            let counts = Counts(
                status200: share(cell.counts.status200),
                status300: share(cell.counts.status300),
                status400: share(cell.counts.status400 - cell.counts.status429) + throttled,
                status500: share(cell.counts.status500),
                status429: throttled
            )
            return counts == .zero ? nil : (1 + (first + index) % people, counts)
        }
    }
}

/// Leaves of each fact what the question groups by.
private struct Projection {
    let hasClient, hasOrganization, hasTemplateURI, hasHTTPMethod, hasPlatform: Bool
    /// Where rows are by the clients' names alone: for each client the first one with its name.
    let namesakes: [Int]?

    init(_ question: World.Question, in world: World) {
        let dimensions = question.dimensions
        hasClient = !dimensions.isDisjoint(with: [.oauthClient, .oauthClientName])
        hasOrganization = dimensions.contains(.organization)
        hasTemplateURI = dimensions.contains(.templateURI)
        hasHTTPMethod = dimensions.contains(.httpMethod)
        hasPlatform = dimensions.contains(.platform)
        guard hasClient, !dimensions.contains(.oauthClient) else {
            namesakes = nil
            return
        }
        var firsts: [[UInt8]: Int] = [:]
        namesakes = world.allClients.indices.map { index in
            let name = Array(world.client(at: index).name.utf8)
            let first = firsts[name] ?? index
            firsts[name] = first
            return first
        }
    }

    func key(_ cell: Cell, user: Int) -> Tally.Key {
        Tally.Key(
            client: hasClient ? namesakes?[cell.client] ?? cell.client : -1,
            callingOrganization: hasOrganization ? cell.callingOrganization : -1,
            templateURI: hasTemplateURI ? cell.templateURI : -1,
            httpMethod: hasHTTPMethod ? cell.httpMethod : -1,
            user: user,
            platform: hasPlatform ? cell.platform : -1
        )
    }

    func tally(_ key: Tally.Key, _ counts: World.Counts, _ bucket: World.Day?) -> Tally {
        Tally(
            bucket: bucket,
            client: key.client,
            callingOrganization: key.callingOrganization,
            templateURI: key.templateURI,
            httpMethod: key.httpMethod,
            user: key.user,
            platform: key.platform,
            counts: counts
        )
    }
}
