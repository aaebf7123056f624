/// The columns of one kind of row, by their place in its schema. The counters are the same in every kind.
protocol RowColumn: RawRepresentable<Int>, CaseIterable, Sendable {
    static var status200: Self { get }
    static var status300: Self { get }
    static var status400: Self { get }
    static var status429: Self { get }
    static var status500: Self { get }
    static var requests: Self { get }

    /// Keys that lead to the column, joined by dots.
    var path: String { get }
}
