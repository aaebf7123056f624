import UsageDomain
import Warehouse

/// Finds out during a pass that a dataset, or one OAuth client of it, fails as a whole: when the first windows all
/// failed in the same way and none was stored, the others would cost requests and give nothing.
///
/// A dataset that is asked per client fails as a whole when that many clients failed; what one client does says nothing
/// of the others.
///
/// A wrong answer may be one day's fault. Where it was, no harm is done: when the dataset is tried again, days that were
/// never tried come first (see `PassPlanning`).
struct DatasetBreaker {
    /// What is to be left alone.
    struct Trip: Equatable {
        let dataset: Dataset
        /// Empty for every client.
        let clientID: String
        let reason: String

        var subject: BackOffSubject { .dataset(dataset, clientID: clientID) }

        func covers(_ window: Window) -> Bool {
            window.dataset == dataset && (clientID.isEmpty || window.clientID == clientID)
        }
    }

    private struct Record {
        var kind: FetchFailureKind?
        /// Windows, or for a dataset that is asked per client: clients.
        var failures: Set<String> = []
        var isDecided = false
    }

    /// How many failures are enough.
    static let limit = 3

    /// Of what at least one window was stored.
    private(set) var working: Set<BackOffSubject> = []
    private var records: [BackOffSubject: Record] = [:]

    /// Takes note of a window that is done with.
    ///
    /// - Returns: what is to be left alone from now on, each once.
    mutating func note(_ window: Window, _ result: WindowResult) -> [Trip] {
        subjects(of: window).compactMap { subject, sample in
            note(sample, of: subject, result) ? trip(subject, window, result) : nil
        }
    }

    /// What a window is a sample of, and what makes it another sample than the next window.
    private func subjects(of window: Window) -> [(BackOffSubject, sample: String)] {
        let dataset = BackOffSubject.dataset(window.dataset, clientID: "")
        guard window.dataset.isPerClient else { return [(dataset, "\(window)")] }
        return [(.dataset(window.dataset, clientID: window.clientID), "\(window)"), (dataset, window.clientID)]
    }

    private mutating func note(_ sample: String, of subject: BackOffSubject, _ result: WindowResult) -> Bool {
        if result.stored > 0 {
            working.insert(subject)
            records[subject, default: Record()].isDecided = true
        }
        guard let obstacle = result.obstacle, result.stop == nil else { return false }
        var record = records[subject, default: Record()]
        defer { records[subject] = record }
        guard !record.isDecided else { return false }
        // Two kinds of failure are not one cause.
        guard record.kind ?? obstacle.kind == obstacle.kind else {
            record.isDecided = true
            return false
        }
        record.kind = obstacle.kind
        record.failures.insert(sample)
        record.isDecided = record.failures.count >= Self.limit
        return record.isDecided
    }

    private func trip(_ subject: BackOffSubject, _ window: Window, _ result: WindowResult) -> Trip {
        var clientID = ""
        if case .dataset(_, let client) = subject { clientID = client }
        return Trip(dataset: window.dataset, clientID: clientID, reason: result.obstacle?.reason ?? "")
    }
}
