import UsageDomain

/// Tells pages apart by their rows and the order of these.
///
/// It holds 128 bits of two hashes that are keyed anew in each process, so it is of use within one process only, and
/// nobody can prepare two pages that it confuses. Texts count byte by byte: two spellings of one character differ.
struct PageDigest: Hashable, Sendable {
    private let first: Int
    private let second: Int

    /// The digest of one text, as of a cursor that is too long to be remembered.
    init(of text: String) {
        var builder = Builder()
        builder.add(text)
        self = builder.digest
    }

    private init(first: Int, second: Int) {
        self.first = first
        self.second = second
    }

    /// Takes the rows of a page as they are read.
    struct Builder {
        /// How many rows were taken.
        private(set) var rows = 0
        private var first = Hasher()
        private var second = Hasher()

        init() {
            // What makes two hashes of one key: one of them has been fed more.
            second.combine(UInt8.max)
        }

        /// Takes the next row.
        mutating func add(_ row: UsageRow) {
            rows += 1
            let identity = row.identity
            add(identity.day.daysSinceEpoch)
            for text in [
                identity.clientID, identity.statedClientName, identity.callingOrganizationID, identity.userID,
                identity.templateURI, identity.httpMethod, identity.platform, row.clientName,
            ] {
                add(text)
            }
            first.combine(row.counts)
            second.combine(row.counts)
        }

        /// Of the rows taken so far.
        var digest: PageDigest {
            PageDigest(first: first.finalize(), second: second.finalize())
        }

        fileprivate mutating func add(_ text: String) {
            // With its length, lest a byte at the end of one text could as well begin the next. The text itself is not
            // combined: that would make canonically equivalent spellings the same.
            var text = text
            text.withUTF8 { bytes in
                first.combine(bytes.count)
                second.combine(bytes.count)
                first.combine(bytes: UnsafeRawBufferPointer(bytes))
                second.combine(bytes: UnsafeRawBufferPointer(bytes))
            }
        }

        private mutating func add(_ number: Int) {
            first.combine(number)
            second.combine(number)
        }
    }
}
