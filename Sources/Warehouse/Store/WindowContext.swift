package import FoundationEssentials
package import UsageDomain

/// Everything beside the rows that storing one window needs.
package struct WindowContext: Sendable {
    package let window: Window
    package let organization: OrganizationKey
    package let run: RunID
    /// The submission whose answer is stored; the oldest one where the answer was put together from several.
    package let submission: SubmissionID
    /// The other submissions of an answer that was put together from several. They end with it.
    package let otherSubmissions: [SubmissionID]
    package let settling: Settling
    /// The moment of storing, for `first_loaded_at`, `last_changed_at` and `changed_at`.
    package let now: Date
    /// An unexplained difference that keeps every day of the window provisional; nil when the answer is proven.
    package let doubt: String?
    /// Stated client names under which the answer's rows had to be summed, because several clients answer to them.
    package let sharedNames: Set<String>

    package init(
        window: Window,
        organization: OrganizationKey,
        run: RunID,
        submission: SubmissionID,
        otherSubmissions: [SubmissionID] = [],
        settling: Settling,
        now: Date,
        doubt: String? = nil,
        sharedNames: Set<String> = []
    ) {
        self.window = window
        self.organization = organization
        self.run = run
        self.submission = submission
        self.otherSubmissions = otherSubmissions
        self.settling = settling
        self.now = now
        self.doubt = doubt
        self.sharedNames = sharedNames
    }
}

/// What storing a window did to the facts.
package struct StoreOutcome: Equatable, Sendable {
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var deleted: Int64 = 0
    package var unchanged: Int64 = 0
    /// Days that were stored before and are different now, each with the moment at which the answer before was asked for.
    package var restatedDays: [Day: Date] = [:]
    /// Whether the answer was dropped because a later submission's is stored already.
    package var isSuperseded = false

    package init() {}

    /// Whether no fact was touched.
    package var isUnchanged: Bool { inserted == 0 && updated == 0 && deleted == 0 }
}
