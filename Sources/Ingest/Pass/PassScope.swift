package import UsageDomain
import Warehouse

/// Which windows a pass works on.
package enum PassScope: Sendable {
    /// What is due now, on the daemon's own schedule: failed days wait for their back-off.
    case scheduled
    /// What is due now, asked for by hand: failed days are tried at once.
    case once
    /// What coverage lacks in a range of days, or all of it when `refetching`.
    case backfill(Range<Day>, refetching: Bool)

    /// Whether a dataset can have windows here: a snapshot is relative to now and cannot be backfilled.
    func includes(_ dataset: Dataset) -> Bool {
        if case .backfill = self { dataset.shape != .snapshot } else { true }
    }

    /// Whether what is known is asked for again all the same.
    var isRefetching: Bool {
        if case .backfill(_, true) = self { true } else { false }
    }

    var isBackfill: Bool {
        if case .backfill = self { true } else { false }
    }

    var runKind: RunKind {
        switch self {
        case .scheduled: .scheduled
        case .once: .once
        case .backfill: .backfill
        }
    }
}

/// Which sources and datasets a pass is narrowed to; empty means all.
package struct PassSelection: Sendable {
    package var sources: Set<String>
    package var datasets: Set<Dataset>

    package init(sources: Set<String> = [], datasets: Set<Dataset> = []) {
        self.sources = sources
        self.datasets = datasets
    }

    package func includes(_ source: ConfiguredSource) -> Bool {
        sources.isEmpty || sources.contains(source.name)
    }

    func includes(_ dataset: Dataset) -> Bool {
        datasets.isEmpty || datasets.contains(dataset)
    }
}
