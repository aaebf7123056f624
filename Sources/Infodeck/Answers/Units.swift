import FoundationEssentials

/// An amount that was counted, exactly as it was spelled: zero or more, perhaps with a fraction.
struct Units: Equatable {
    /// A decimal of 38 digits is what `Decimal` surely holds.
    private static let mostDigits = 38
    /// Ten to this power is the farthest that the last digit may be from the point, on either side.
    private static let farthestDigit = 60

    let value: Decimal

    static let zero = Units(value: 0)

    private init(value: Decimal) {
        self.value = value
    }

    /// Takes a JSON number.
    ///
    /// - Parameter text: as the grammar of JSON allows it.
    /// - Throws: `UnitsProblem` for a negative number, and for one with more digits than can be kept.
    init(spelled text: String) throws(UnitsProblem) {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.lowercased().split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = Substring((mantissa[0] + fraction).drop { $0 == "0" })
        let zeros = digits.reversed().prefix { $0 == "0" }.count
        digits = digits.dropLast(zeros)
        guard !digits.isEmpty else {
            self = .zero
            return
        }
        guard !isNegative else { throw .negative }
        let stated = parts.count > 1 ? Int(parts[1]) : 0
        guard let stated, abs(stated) < 1_000, digits.utf8.count <= Self.mostDigits,
            case let exponent = stated - fraction.utf8.count + zeros, abs(exponent) <= Self.farthestDigit,
            let significand = Decimal(string: String(digits))
        else { throw .inexact }
        value = Decimal(sign: .plus, exponent: exponent, significand: significand)
    }
}

/// Why a number cannot be taken.
enum UnitsProblem: Error, CustomStringConvertible {
    case negative, inexact

    var description: String {
        switch self {
        case .negative: "a negative number of units"
        case .inexact: "which cannot be kept exactly"
        }
    }
}
