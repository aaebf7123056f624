/// One row of an answer, as indices into the world; -1 stands for what was not grouped by.
struct Tally: Sendable {
    var bucket: World.Day?
    var client: Int
    var templateURI: Int
    var httpMethod: Int
    var user: Int
    var counts: World.Counts

    struct Key: Hashable {
        var client: Int
        var templateURI: Int
        var httpMethod: Int
        var user: Int
    }
}

extension World {
    /// The truth: what an answer for these days must hold, in no particular order.
    ///
    /// - Parameters:
    ///   - first: The first day that is asked for.
    ///   - last: The last day that is asked for, itself included. Before `first`: no rows.
    ///   - grouping: Dimensions to group by; the others are summed up and left `""`.
    ///   - granularity: Width of the buckets; nil for one total over all days. A first week or month that the days cut
    ///     into is dated on its own first day all the same.
    /// - Returns: No two rows that agree in all but their counters.
    package func rows(
        from first: Day,
        through last: Day,
        groupedBy grouping: Set<Grouping> = [.oauthClient, .templateURI, .httpMethod],
        granularity: Granularity? = .day
    ) -> [Row] {
        guard first <= last else { return [] }
        return tallies(on: first...last, groupedBy: grouping, granularity: granularity).joined().map { tally in
            Row(
                day: tally.bucket,
                organizationID: grouping.contains(.organization) ? organization.id : "",
                clientID: tally.client < 0 ? "" : clients[tally.client].id,
                clientName: tally.client < 0 ? "" : clients[tally.client].name,
                userID: tally.user < 0 ? "" : users[tally.user],
                templateURI: tally.templateURI < 0 ? "" : templateURIs[tally.templateURI],
                httpMethod: tally.httpMethod < 0 ? "" : httpMethods[tally.httpMethod],
                counts: tally.counts
            )
        }
    }

    /// The rows of an answer in batches, so that a long answer is never in memory as a whole.
    ///
    /// Days come in a shuffled order and rows are shuffled within a batch, as the real answer is sorted by nothing.
    func tallies(
        on days: ClosedRange<Day>,
        groupedBy grouping: Set<Grouping>,
        granularity: Granularity?
    ) -> some Sequence<[Tally]> {
        var shuffling = SeededGenerator(seed.derived(3).derived(days.lowerBound.number).derived(days.count))
        var buckets = bucketed(days, by: granularity).shuffled(using: &shuffling)[...]
        return sequence(state: shuffling) { shuffling -> [Tally]? in
            var batch: [Tally] = []
            while let bucket = buckets.popFirst() {
                batch += tallies(of: bucket, groupedBy: grouping, granularity: granularity)
                if batch.count >= 8_192 { break }
            }
            guard !batch.isEmpty else { return nil }
            batch.shuffle(using: &shuffling)
            return batch
        }
    }

    private func bucketed(_ days: ClosedRange<Day>, by granularity: Granularity?) -> [ClosedRange<Day>] {
        guard let granularity else { return [days] }
        var buckets: [ClosedRange<Day>] = []
        for day in days {
            if let open = buckets.last, granularity.bucket(of: open.lowerBound) == granularity.bucket(of: day) {
                buckets[buckets.count - 1] = open.lowerBound...day
            } else {
                buckets.append(day...day)
            }
        }
        return buckets
    }

    private func tallies(
        of days: ClosedRange<Day>,
        groupedBy grouping: Set<Grouping>,
        granularity: Granularity?
    ) -> [Tally] {
        let bucket = granularity?.bucket(of: days.lowerBound)
        let asCounted: Set<Grouping> = [.oauthClient, .templateURI, .httpMethod]
        if days.count == 1, grouping.subtracting([.organization]) == asCounted {
            return cells(on: days.lowerBound).map { cell in
                Tally(
                    bucket: bucket,
                    client: cell.client,
                    templateURI: cell.templateURI,
                    httpMethod: cell.httpMethod,
                    user: -1,
                    counts: cell.counts
                )
            }
        }
        var sums: [Tally.Key: Counts] = [:]
        for day in days {
            for cell in cells(on: day) {
                for share in grouping.contains(.user) ? shares(of: cell, on: day) : [(-1, cell.counts)] {
                    let key = Tally.Key(
                        client: grouping.contains(.oauthClient) ? cell.client : -1,
                        templateURI: grouping.contains(.templateURI) ? cell.templateURI : -1,
                        httpMethod: grouping.contains(.httpMethod) ? cell.httpMethod : -1,
                        user: share.0
                    )
                    sums[key, default: .zero] += share.1
                }
            }
        }
        let inOrder = sums.sorted { left, right in
            (left.key.templateURI, left.key.httpMethod, left.key.client, left.key.user)
                < (right.key.templateURI, right.key.httpMethod, right.key.client, right.key.user)
        }
        return inOrder.map { key, counts in
            Tally(
                bucket: bucket,
                client: key.client,
                templateURI: key.templateURI,
                httpMethod: key.httpMethod,
                user: key.user,
                counts: counts
            )
        }
    }

    /// Divides a cell among users: one to three of them, or nobody where the grant knows no user.
    private func shares(of cell: Cell, on day: Day) -> [(Int, Counts)] {
        let people = users.count - 1
        guard people > 0, clients[cell.client].grant != .clientCredentials else { return [(0, cell.counts)] }
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
