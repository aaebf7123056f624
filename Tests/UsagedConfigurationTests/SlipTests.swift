import Testing

@testable import UsagedConfiguration

/// What one slip of the finger can do to a file, anywhere in it.
@Suite struct SlipTests {
    /// Refused for its two secrets, whatever else a slip adds.
    static let text =
        file(
            top: ["database: \"host=db password=S3cr3t\"", "listen: \"\""],
            genesys: ["client-secret: S3cr3t", "datasets: [organization_query]", "clients: [\"one\", 'two']"])

    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        // SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Inserts, deletes or replaces one character outside the secrets.
    static func slip(_ text: String, _ random: inout Seeded) -> String {
        var characters = Array(text)
        let secrets = text.ranges(of: "S3cr3t").map {
            text.distance(
                from: text.startIndex, to: $0.lowerBound)..<text.distance(from: text.startIndex, to: $0.upperBound)
        }
        var place = Int.random(in: 0..<characters.count, using: &random)
        while secrets.contains(where: { $0.contains(place) }) {
            place = Int.random(in: 0..<characters.count, using: &random)
        }
        let other = Array("\"'\n\t :-#[]{}&*!|>%@`,?~0aé\u{1}").randomElement(using: &random) ?? " "
        switch Int.random(in: 0..<3, using: &random) {
        case 0: characters.insert(other, at: place)
        case 1: characters.remove(at: place)
        default: characters[place] = other
        }
        return String(characters)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `no slip makes a secret appear in what is reported, or hides that something is wrong`(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<250 {
            let text = Self.slip(Self.text, &random)
            let found = problems(text)
            #expect(!found.isEmpty, "\(text.debugDescription)")
            #expect(!found.contains { $0.description.contains("S3cr3t") }, "\(found)\n\(text)")
            #expect(
                !found.contains { $0.description.contains("\n") || $0.line < 1 || $0.column < 1 }, "\(found)\n\(text)")
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `after any slip a good file is either good or refused with reasons in the order of the file`(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<250 {
            let text = Self.slip(file(top: ["listen: \"\""], genesys: ["clients: [one, two]"]), &random)
            do {
                _ = try load(text)
            } catch let error as ConfigurationError {
                #expect(!error.problems.isEmpty, "\(text.debugDescription)")
                let places = error.problems.map { $0.line * 1000 + $0.column }
                #expect(places == places.sorted(), "\(error)")
            } catch {
                Issue.record("\(error)")
            }
        }
    }
}
