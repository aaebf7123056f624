import UsageDomain

/// Divides a day into searches that stay below the cap, by what the organization query knows of the day.
///
/// A day that is too large for one search is divided by HTTP methods; these are nine, so each is in exactly one search
/// and nothing can be missed. A method that is too large by itself is divided by the names of clients, and a name by
/// template URIs. Of names and templates only those can be asked for that are known, so a client that the
/// organization query does not know would be missed: what the searches add up to must be compared with it afterwards.
///
/// Requests whose client has no name cannot be asked for by name: where there are any, templates take its place.
struct SearchPlanner: Sendable {
    /// All methods that a search can be narrowed to (contract, section 1.1, `ApiUsageSimpleSearch`).
    static let httpMethods = ["GET", "POST", "DELETE", "PATCH", "PUT", "HEAD", "CONNECT", "OPTIONS", "TRACE"]
        .map { ExactText(text: $0) }

    /// Rows of one value of a dimension.
    private struct Group {
        let value: ExactText
        /// Place of the value; nil where no row has it.
        let place: Int?
        let rows: Int
    }

    var day: KnownDay
    let limits: SearchLimits

    /// The searches when nothing is known of the day but that one is not enough.
    static let blind = httpMethods.map { SearchFilter.everything.narrowed(.httpMethod, to: [$0]) }

    /// The searches of the whole day: one, if that is enough.
    func searches() -> [SearchFilter] {
        divide(.everything, day.cells, isCut: false)
    }

    /// What to search instead of a search that reached the cap, whatever it was expected to have.
    ///
    /// - Returns: at least two searches, or none when it cannot be divided.
    func parts(of filter: SearchFilter) -> [SearchFilter] {
        divide(filter, day.cells(admittedBy: filter), isCut: true)
    }

    private func divide(_ filter: SearchFilter, _ cells: [KnownDay.Cell], isCut: Bool) -> [SearchFilter] {
        guard isCut || cells.count > limits.target else { return [filter] }
        for dimension in SearchFilter.Dimension.allCases {
            guard let groups = groups(filter, dimension, cells) else { continue }
            let light = groups.filter { $0.rows <= limits.target }
            let heavy = groups.filter { $0.rows > limits.target }
            // What was cut holds more than is known of it, so half of that is enough for one search.
            let capacity = isCut ? min(limits.target, cells.count / 2) : limits.target
            var bins = pack(light, capacity: capacity)
            if isCut, heavy.isEmpty, bins.count < 2 { bins = light.map { [$0] } }
            return bins.map { bin in filter.narrowed(dimension, to: bin.map(\.value)) }
                + heavy.flatMap { group in
                    // Cells of one group at a time: those of all would be the day once more.
                    divide(
                        filter.narrowed(dimension, to: [group.value]),
                        cells.filter { $0[dimension] == group.place }, isCut: false)
                }
        }
        return isCut ? [] : [filter]
    }

    /// The rows by their values of a dimension; nil when dividing by it would miss rows or change nothing.
    private func groups(
        _ filter: SearchFilter,
        _ dimension: SearchFilter.Dimension,
        _ cells: [KnownDay.Cell]
    ) -> [Group]? {
        var rowsByPlace: [Int: Int] = [:]
        for cell in cells { rowsByPlace[cell[dimension], default: 0] += 1 }
        let values = day.values(dimension)
        let found = Dictionary(uniqueKeysWithValues: rowsByPlace.map { (values[$0], (place: $0, rows: $1)) })
        let askable =
            filter[dimension] ?? (dimension == .httpMethod ? Set(Self.httpMethods) : Set(found.keys))
        guard askable.count > 1, askable.isSuperset(of: found.keys), !askable.contains(ExactText(text: "")) else {
            return nil
        }
        return askable.sorted().map { Group(value: $0, place: found[$0]?.place, rows: found[$0]?.rows ?? 0) }
    }

    /// First fit, decreasing. What has no rows goes where there are fewest.
    private func pack(_ groups: [Group], capacity: Int) -> [[Group]] {
        struct Bin {
            var groups: [Group] = []
            var rows = 0
            var bytes = 0

            mutating func add(_ group: Group) {
                groups.append(group)
                rows += group.rows
                bytes += group.value.text.utf8.count
            }
        }
        var bins: [Bin] = []
        // Equal ones keep their order, so that the same day is always divided in the same way.
        let decreasing = groups.enumerated()
            .sorted { ($1.element.rows, $0.offset) < ($0.element.rows, $1.offset) }
            .map(\.element)
        for group in decreasing where group.rows > 0 {
            let place = bins.firstIndex { bin in
                bin.rows + group.rows <= capacity
                    && bin.bytes + group.value.text.utf8.count <= limits.filterBytes
            }
            if place == nil { bins.append(Bin()) }
            bins[place ?? bins.count - 1].add(group)
        }
        let idle = groups.filter { $0.rows == 0 }
        guard !idle.isEmpty else { return bins.map(\.groups) }
        if bins.isEmpty { bins.append(Bin()) }
        let lightest = bins.indices.min { bins[$0].rows < bins[$1].rows } ?? 0
        for group in idle { bins[lightest].add(group) }
        return bins.map(\.groups)
    }
}
