package import FoundationEssentials
package import UsageDomain

/// Everything beside the rows that storing one window needs.
package struct WindowContext: Sendable {
    package let window: Window
    package let organization: OrganizationKey
    package let run: RunID
    /// The submission whose answer is stored.
    package let submission: SubmissionID
    package let settling: Settling
    /// The moment of storing, for `first_loaded_at`, `last_changed_at` and `changed_at`.
    package let now: Date
    /// An unexplained difference that keeps every day of the window provisional; nil when the answer is proven.
    package let doubt: String?

    package init(
        window: Window,
        organization: OrganizationKey,
        run: RunID,
        submission: SubmissionID,
        settling: Settling,
        now: Date,
        doubt: String? = nil
    ) {
        self.window = window
        self.organization = organization
        self.run = run
        self.submission = submission
        self.settling = settling
        self.now = now
        self.doubt = doubt
    }
}

/// What storing a window did to the facts.
package struct StoreOutcome: Equatable, Sendable {
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var deleted: Int64 = 0
    package var unchanged: Int64 = 0
    /// Whether the answer was dropped because a later submission's is stored already.
    package var isSuperseded = false

    package init() {}

    /// Whether no fact was touched.
    package var isUnchanged: Bool { inserted == 0 && updated == 0 && deleted == 0 }
}
