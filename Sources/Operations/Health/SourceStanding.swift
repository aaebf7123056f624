/// How a source stands with its vendor, as far as this process knows.
package enum SourceStanding: Equatable, Sendable {
    /// Nothing was heard of it yet.
    case undecided
    /// Another process works on it.
    case elsewhere(holder: String)
    /// It is authenticated, and can work.
    case admitted
    /// Its credentials, or what it asks, are refused.
    case refused(reason: String)
    /// The vendor asks for silence.
    case resting(reason: String)
    /// It cannot work for another reason, the vendor being away for example.
    case failing(reason: String)

    /// The words for each, in metrics and pages; a fixed number of them.
    package static let words = ["undecided", "elsewhere", "admitted", "refused", "resting", "failing"]

    /// One of ``words``.
    package var word: String {
        switch self {
        case .undecided: "undecided"
        case .elsewhere: "elsewhere"
        case .admitted: "admitted"
        case .refused: "refused"
        case .resting: "resting"
        case .failing: "failing"
        }
    }

    /// Whether the vendor does not let it in.
    package var isRefused: Bool {
        if case .refused = self { true } else { false }
    }

    /// Why it does not work here; empty when there is nothing to say.
    package var reason: String {
        switch self {
        case .undecided, .admitted: ""
        case .elsewhere(let holder): holder
        case .refused(let reason), .resting(let reason), .failing(let reason): reason
        }
    }
}
