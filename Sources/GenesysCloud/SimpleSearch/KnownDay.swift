import UsageDomain

/// What the organization query says of a day: how many rows there are of each name, template and method, and what
/// they add up to. Searches are planned by it and then proven by it.
struct KnownDay: Sendable {
    /// One row, its texts by their places in `values`.
    struct Cell: Hashable, Sendable {
        fileprivate let httpMethod: Int32
        fileprivate let clientName: Int32
        fileprivate let templateURI: Int32

        subscript(dimension: SearchFilter.Dimension) -> Int {
            switch dimension {
            case .httpMethod: Int(httpMethod)
            case .clientName: Int(clientName)
            case .templateURI: Int(templateURI)
            }
        }
    }

    /// The distinct texts of one dimension.
    private struct Texts {
        var values: [ExactText] = []
        var places: [ExactText: Int] = [:]
        /// With 64 a text for what holds it.
        var bytes = 0

        mutating func place(of text: String) -> Int32 {
            let text = ExactText(text: text)
            if let place = places[text] { return Int32(place) }
            places[text] = values.count
            values.append(text)
            bytes += text.text.utf8.count + 64
            return Int32(values.count - 1)
        }
    }

    /// Bytes that the distinct texts take.
    var textBytes: Int { httpMethods.bytes + clientNames.bytes + templateURIs.bytes }

    /// One for each row, so that clients of one name count as often as they have rows.
    private(set) var cells: [Cell] = []
    private(set) var sums = SumsByName()
    private var httpMethods = Texts()
    private var clientNames = Texts()
    private var templateURIs = Texts()

    mutating func add(_ row: UsageRow) {
        cells.append(cell(of: row))
        sums.add(row.counts, of: row.clientName)
    }

    /// Takes note of rows that a search showed although the organization query does not know them, so that they are
    /// searched for as well. They are not expected: the sums stay the organization query's, and will tell.
    mutating func include(_ rows: [UsageRow]) {
        var known = Set(cells)
        for row in rows {
            let cell = cell(of: row)
            if known.insert(cell).inserted { cells.append(cell) }
        }
    }

    private mutating func cell(of row: UsageRow) -> Cell {
        Cell(
            httpMethod: httpMethods.place(of: row.identity.httpMethod),
            clientName: clientNames.place(of: row.clientName),
            templateURI: templateURIs.place(of: row.identity.templateURI))
    }

    /// The distinct texts of a dimension; a cell's number is a place in it.
    func values(_ dimension: SearchFilter.Dimension) -> [ExactText] {
        switch dimension {
        case .httpMethod: httpMethods.values
        case .clientName: clientNames.values
        case .templateURI: templateURIs.values
        }
    }

    /// The rows that a search should find.
    func cells(admittedBy filter: SearchFilter) -> [Cell] {
        let admitted = SearchFilter.Dimension.allCases.compactMap { dimension in
            filter[dimension].map { included in
                (dimension, Set(values(dimension).indices.filter { included.contains(values(dimension)[$0]) }))
            }
        }
        return cells.filter { cell in admitted.allSatisfy { $1.contains(cell[$0]) } }
    }
}
