package import UsageDomain

/// What the doctor found at one thing that it examined.
package struct Finding: Equatable, Sendable {
    package enum Severity: String, CaseIterable, Sendable {
        case ok
        /// A run would work, and yet something should be mended.
        case warning
        /// A run would not work, or not in this part.
        case fault
        /// Not examined, because something before it failed.
        case skipped
    }

    /// What a run would come to because of a fault.
    package enum Consequence: Equatable, Sendable {
        /// The command ends with this status before any source has worked.
        case command(CommandFailure.Status)
        /// The source cannot work.
        case source(FetchFailureKind)
        /// Windows of the source fail.
        case windows
    }

    package let severity: Severity
    /// Stable, `database.rights`: what was examined.
    package let name: String
    /// The source; empty when it concerns all.
    package let source: String
    /// The dataset; empty when it concerns all.
    package let dataset: String
    /// What was seen.
    package let text: String
    /// What to do; empty when nothing need be done.
    package let remedy: String
    /// Nil but for faults.
    package let consequence: Consequence?

    private init(
        _ severity: Severity, _ name: String, _ source: String, _ dataset: String, _ text: String, _ remedy: String,
        _ consequence: Consequence? = nil
    ) {
        self.severity = severity
        self.name = name
        self.source = source
        self.dataset = dataset
        self.text = text
        self.remedy = remedy
        self.consequence = consequence
    }

    static func ok(_ name: String, of source: String = "", dataset: String = "", _ text: String) -> Finding {
        Finding(.ok, name, source, dataset, text, "")
    }

    static func warning(
        _ name: String, of source: String = "", dataset: String = "", _ text: String, remedy: String
    ) -> Finding {
        Finding(.warning, name, source, dataset, text, remedy)
    }

    static func fault(
        _ name: String, of source: String = "", dataset: String = "", _ text: String, remedy: String,
        _ consequence: Consequence
    ) -> Finding {
        Finding(.fault, name, source, dataset, text, remedy, consequence)
    }

    static func skipped(_ name: String, of source: String = "", dataset: String = "", because reason: String) -> Finding
    {
        Finding(.skipped, name, source, dataset, "not examined: \(reason)", "")
    }
}
