/// The rows of an answer by their place, so that pages can be cut from it; one bucket at a time is in memory.
struct RowPages: Sendable {
    private let world: World
    private let question: World.Question
    private let buckets: [ClosedRange<World.Day>]
    /// The place at which each bucket begins, as far as buckets were counted, and the place after the last of those.
    private var starts = [0]
    private var opened: (bucket: Int, tallies: [Tally])?

    init(of question: World.Question, in world: World) {
        self.world = world
        self.question = question
        guard let days = question.days else {
            buckets = []
            return
        }
        var shuffling = SeededGenerator(world.seed.derived(3).derived(days.lowerBound.number).derived(days.count))
        buckets = world.buckets(of: days, question).shuffled(using: &shuffling)
    }

    /// So many rows from a place on; fewer at the end.
    mutating func rows(from place: Int, count: Int) -> [Tally] {
        guard place >= 0, count > 0 else { return [] }
        var rows: [Tally] = []
        var bucket = starts.lastIndex { $0 <= place } ?? 0
        while rows.count < count, bucket < buckets.count {
            let tallies = open(bucket)
            let first = max(0, place - starts[bucket])
            if first < tallies.count {
                rows += tallies[first..<min(tallies.count, first + count - rows.count)]
            }
            bucket += 1
        }
        return rows
    }

    /// Whether there is a row at this place.
    mutating func hasRow(at place: Int) -> Bool {
        !rows(from: place, count: 1).isEmpty
    }

    /// Forgets the bucket in memory; it is made anew when somebody asks again.
    mutating func close() {
        opened = nil
    }

    private mutating func open(_ bucket: Int) -> [Tally] {
        if let opened, opened.bucket == bucket { return opened.tallies }
        var shuffling = SeededGenerator(world.seed.derived(23).derived(buckets[bucket].lowerBound.number))
        let tallies = world.tallies(of: buckets[bucket], answering: question).shuffled(using: &shuffling)
        opened = (bucket, tallies)
        if starts.count == bucket + 1 {
            starts.append(starts[bucket] + tallies.count)
        }
        return tallies
    }
}
