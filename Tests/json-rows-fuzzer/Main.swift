import Foundation
import JSONRows
import JSONRowsFuzzing

/// Fuzzes the scanner of rows for a time or a number of inputs: `json-rows-fuzzer [--seconds N | --inputs N] [--seed N]`.
///
/// Ends with status 1, and shows the input, as soon as one is read differently by two that ought to agree, and when
/// memory grows with the length of an answer. Build it for release; otherwise it sees little in its time.
@main struct Main {
    /// What growing memory is measured against: some pages are always touched late.
    private static let allowedGrowth = 8 << 20

    static func main() {
        do {
            try fuzz(try Options(CommandLine.arguments.dropFirst()))
        } catch {
            fail("\(error)")
        }
    }

    private static func fuzz(_ options: Options) throws {
        print("seed \(options.seed)")
        readEndlessAnswers()
        var fuzzing = Fuzzing(seed: options.seed, corpus: try Corpus.load())
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while count < options.inputs, count % 1000 != 0 || clock.now - start < .seconds(options.seconds) {
            if let disagreement = fuzzing.next() { fail("input \(count): \(disagreement)") }
            count += 1
        }
        print(
            """
            \(count) inputs in \(clock.now - start): \(fuzzing.accepted) accepted, \(fuzzing.refused) refused, \
            \(fuzzing.compared) compared with JSONDecoder; peak memory \(peakMemory() >> 20) MiB
            """)
    }

    /// Gigabytes that must cost time and no memory.
    private static func readEndlessAnswers() {
        let before = peakMemory()
        expect(gigabyte(of: " ", after: #"{"results":["#), [.truncated])
        expect(gigabyte(of: " ", after: ""), [.emptyBody])
        expect(gigabyte(of: "[", after: #"{"x":"#), [.tooDeep(limit: 64)])
        expect(gigabyte(of: "a", after: #"{"results":[{"clientId":""#), [.tooLong(limit: 1 << 20)])
        expect(gigabyte(of: "1", after: #"{"results":[{"requests":"#), [.tooLong(limit: 1 << 20)])
        let growth = peakMemory() - before
        if growth > allowedGrowth { fail("a gigabyte made the memory grow by \(growth) bytes") }
        print("gigabytes: \(growth >> 10) KiB of growth")
    }

    private static func gigabyte(of filling: Character, after beginning: String) -> JSONRowsError.Kind? {
        var scanner = JSONRowsScanner(schema: schema)
        let chunk = [UInt8](repeating: filling.asciiValue ?? 0x20, count: 1 << 16)
        do {
            try scanner.feed(Array(beginning.utf8)) { _ in }
            for _ in 0..<(1 << 14) { try scanner.feed(chunk) { _ in } }
            _ = try scanner.finish()
            return nil
        } catch {
            return (error as? JSONRowsError)?.kind
        }
    }

    private static func expect(_ kind: JSONRowsError.Kind?, _ allowed: [JSONRowsError.Kind?]) {
        guard !allowed.contains(kind) else { return }
        fail("a gigabyte ended with \(String(describing: kind)), expected \(allowed)")
    }

    /// The most memory that this process has held, in bytes.
    private static func peakMemory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss << 10
    }

    private static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(1)
    }
}
