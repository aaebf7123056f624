import FoundationEssentials
import Postgres
import ServiceLifecycle
import UsageDomain
import Warehouse

/// Fetches one window completely, proves it and stores it; says what came of it when that fails.
///
/// How the answer is fetched and stored depends on the shape of the dataset: ``RowsAnswer``, ``SnapshotAnswer`` and
/// ``ChannelAnswer`` know.
struct WindowWork: Sendable {
    /// HTTP requests that a window cost so far, also on the ways that fail.
    final class Cost {
        var requests = 0
    }

    /// What became of a whole answer.
    enum Settlement: Sendable {
        case stored(WindowResult)
        /// The answer was cut: these windows must be read instead.
        case cut([Window], reason: String)
    }

    /// Why a window could not be stored.
    private struct Failure: Error {
        let kind: FetchFailureKind
        let reason: String
        var isCrowding = false
    }

    let source: PreparedSource
    let run: RunID
    let warehouse: Warehouse
    let settings: PassSettings
    let executions: ExecutionTally
    let onEvent: @Sendable (PassEvent) -> Void
    /// Whether a window that the vendor would not begin while others run is left for later.
    var isDeferrable = false

    /// Works on a window. A bad answer fails single days only; everything else fails the window.
    ///
    /// A graceful shutdown ends fetching at once and lets a store finish.
    ///
    /// - Throws: `CancellationError`, and `PostgresError` when the database stayed away.
    func perform(_ window: Window) async throws -> WindowResult {
        try await WorkContext.extended(by: { $0.window = window }) { try await fetchOrFail(window) }
    }

    private func fetchOrFail(_ window: Window) async throws -> WindowResult {
        onEvent(.windowBegan(source: source.name, window: window))
        let cost = Cost()
        var failure = Failure(kind: .badAnswer, reason: "")
        // A whole month is asked for once more before its days are asked for one by one: a bad transfer is more
        // likely than a bad row, and costs one request instead of thirty.
        let attempts = window.days.count > 1 ? 2 : 1
        for _ in 0..<attempts where failure.kind == .badAnswer {
            switch try await attempt(window, cost) {
            case .success(.stored(var result)):
                result.requests += cost.requests
                return result
            case .success(.cut(let parts, let reason)):
                var result = try await performAll(parts, of: window, because: reason)
                result.requests += cost.requests
                return result
            case .failure(let reason):
                failure = reason
            }
        }
        var result = try await recover(window, from: failure)
        result.requests += cost.requests
        return result
    }

    private func attempt(_ window: Window, _ cost: Cost) async throws -> Result<Settlement, Failure> {
        do {
            return .success(try await fetchAndStore(window, cost))
        } catch let failure as any FetchFailure {
            cost.requests += failure.requests
            return .failure(
                Failure(kind: failure.kind, reason: failure.description, isCrowding: failure.isCrowding))
        } catch let error as WarehouseError {
            return .failure(Failure(kind: .badAnswer, reason: error.description))
        } catch let error as SpoolError {
            let kind: FetchFailureKind = error.isAboutAnswer ? .badAnswer : .unavailable
            return .failure(Failure(kind: kind, reason: error.description))
        } catch let error as PostgresError where error.isAboutData {
            return .failure(Failure(kind: .badAnswer, reason: error.description))
        }
    }

    private func fetchAndStore(_ window: Window, _ cost: Cost) async throws -> Settlement {
        switch (source.adapter, window.dataset.shape) {
        case (.apiUsage(let adapter), .rows):
            try await RowsAnswer(work: self, adapter: adapter).fetchAndStore(window, cost)
        case (.apiUsage(let adapter), .snapshot):
            try await SnapshotAnswer(work: self, adapter: adapter).fetchAndStore(window, cost)
        case (.channelUsage(let adapter), .channels):
            try await ChannelAnswer(work: self, adapter: adapter).fetchAndStore(window, cost)
        case (.apiUsage, .channels), (.channelUsage, .rows), (.channelUsage, .snapshot):
            throw ForeignDataset(dataset: window.dataset, vendor: source.configured.registration.kind)
        }
    }

    // MARK: - When it fails

    private func recover(_ window: Window, from failure: Failure) async throws -> WindowResult {
        if isDeferrable, failure.isCrowding { return .deferred }
        guard window.days.count > 1 else { return try await fail(window, failure) }
        switch failure.kind {
        case .badAnswer: return try await performAll(window.singleDays, of: window, because: failure.reason)
        case .refused: return try await performNewest(of: window, refusedBy: failure)
        case .unavailable, .rateLimited, .unauthenticated, .clientUnavailable: return try await fail(window, failure)
        }
    }

    /// Works on the newest days of a window that was refused, as far back as they are answered.
    ///
    /// How far the older endpoints remember is not known (contract, section 10), and a window that begins too early is
    /// refused as a whole: the days that are remembered would be lost with those that are not. If the newest day is
    /// refused as well, nothing more is asked.
    private func performNewest(of window: Window, refusedBy failure: Failure) async throws -> WindowResult {
        onEvent(
            .windowSplit(
                source: source.name, window: window, parts: window.days.count, reason: failure.reason))
        var result = WindowResult()
        for day in window.singleDays {
            let part = try await asPart.perform(day)
            result.add(part)
            guard part.stored == 0 else { continue }
            let older = window.days.lowerBound..<day.firstDay
            if part.failed > 0, part.stop == nil, !older.isEmpty {
                result.add(try await fail(window.narrowed(to: older), failure))
            }
            if let client = part.unavailableClient {
                // What holds for one day holds for the others.
                result.unavailableClient = WindowResult.UnavailableClient(window: window, reason: client.reason)
            }
            break
        }
        result.added = result.stored + result.failed + result.unavailable - 1
        return result
    }

    private func fail(_ window: Window, _ failure: Failure) async throws -> WindowResult {
        var result = WindowResult()
        switch failure.kind {
        case .unauthenticated, .rateLimited:
            // The fault is not the window's: it is written down of the source, and the days do not back off.
            result.failed = 1
            result.stop = WindowResult.Stop(kind: failure.kind, reason: failure.reason)
            onEvent(.windowFailed(source: source.name, window: window, reason: failure.reason))
        case .clientUnavailable:
            // Nothing is owed of this client any more; other clients go on.
            result.unavailable = 1
            result.unavailableClient = WindowResult.UnavailableClient(window: window, reason: failure.reason)
        case .badAnswer, .unavailable, .refused:
            result.failed = 1
            result.obstacle = WindowResult.Obstacle(kind: failure.kind, reason: failure.reason)
            onEvent(.windowFailed(source: source.name, window: window, reason: failure.reason))
            try await patiently {
                try await warehouse.markFailed(
                    window, organization: source.organization, run: run, because: failure.reason, now: settings.now())
            }
            if failure.kind == .refused, case .channelUsage = source.adapter {
                // There is one endpoint and one question: what it refuses for one day it refuses for all (contract for
                // Infodeck, section 4: suspend).
                result.stop = WindowResult.Stop(kind: failure.kind, reason: failure.reason)
            }
        }
        return result
    }

    /// The same work for a part of a window: some other parts are done already, so none is left for later.
    private var asPart: WindowWork {
        var work = self
        work.isDeferrable = false
        return work
    }

    /// Works on the parts of a window one after the other; what stops the source stops the parts.
    private func performAll(_ parts: [Window], of window: Window, because reason: String) async throws -> WindowResult {
        onEvent(.windowSplit(source: source.name, window: window, parts: parts.count, reason: reason))
        var result = WindowResult()
        result.added = parts.count - 1
        for (index, part) in parts.enumerated() where result.stop == nil {
            result.add(try await asPart.perform(part))
            if let client = result.unavailableClient {
                // What holds for one part holds for the others.
                result.unavailableClient = WindowResult.UnavailableClient(window: window, reason: client.reason)
                result.added = index
                break
            }
        }
        return result
    }
}

/// A dataset was asked of a vendor that does not have it; the configuration refuses that before.
private struct ForeignDataset: FetchFailure {
    let dataset: Dataset
    let vendor: String
    let kind = FetchFailureKind.refused
    let requests = 0

    var description: String { "a source of kind \(vendor) has no dataset \(dataset.rawValue)" }
}

extension PostgresError {
    /// Whether the rows are at fault (a value out of range, a broken constraint), so that other days may pass. Whatever
    /// else the database refuses, a missing right for example, it refuses for every window alike.
    fileprivate var isAboutData: Bool {
        if case .invalidValue = self { return true }
        return sqlState?.hasPrefix("22") == true || sqlState?.hasPrefix("23") == true
    }
}
