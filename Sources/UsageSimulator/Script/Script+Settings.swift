extension Script {
    /// What a submit is answered with; both statuses carry the same body.
    package enum SubmitStatus: String, CaseIterable, Sendable {
        case alternating, ok, accepted
    }

    // MARK: Executions

    /// Unknown: what a read answers after an execution's time is over.
    package enum LateReads: String, CaseIterable, Sendable {
        /// 404
        case notFound = "not-found"
        /// The query status `Failed`
        case failed
        /// `Complete` without a row, which must not be taken for a day without usage
        case empty
    }

    /// Unknown: whether another token of the same client may read an execution.
    package enum Readers: String, CaseIterable, Sendable {
        case everybody
        /// The token that submitted; others get 404.
        case sameToken = "same-token"
    }

    /// Unknown: how many executions may run at a time, and what one too many is answered.
    package enum Concurrency: String, CaseIterable, Sendable {
        case unlimited
        /// 429
        case tooMany = "too-many"
        /// 409
        case conflict
    }

    // MARK: Intervals and rows

    /// Unknown: the zone of times without a zone.
    package enum ZonelessTimes: String, CaseIterable, Sendable {
        case utc
        /// Ten hours east of Greenwich, as it might be the organization's own
        case local

        /// From UTC to the zone.
        var offsetMilliseconds: Int {
            switch self {
            case .utc: 0
            case .local: 36_000_000
            }
        }
    }

    /// Unknown: how far back the older endpoints remember today.
    package enum Retention: String, CaseIterable, Sendable {
        case unlimited
        /// Older days have no rows.
        case empty
        /// An interval that begins earlier is answered 400.
        case refused
    }

    /// Unknown: how counters look that a query did not select.
    package enum UnselectedMetrics: String, CaseIterable, Sendable {
        case zero, absent
    }

    /// Unknown: whether rows of the older family name ids that were not grouped by.
    package enum UngroupedIDs: String, CaseIterable, Sendable {
        case empty, organization, user, both

        var fillsOrganization: Bool { self == .organization || self == .both }
        var fillsUser: Bool { self == .user || self == .both }
    }

    // MARK: Client queries and summaries

    /// Unknown: what the per-client endpoints answer for clients that the listing does not show.
    package enum UnlistedClients: String, CaseIterable, Sendable {
        case answered
        /// 404
        case notFound = "not-found"
    }

    /// Unknown: how many days a client summary may span.
    package enum SummaryDays: String, CaseIterable, Sendable {
        case unlimited
        /// More are answered 400.
        case refused
        /// More are answered as if the maximum had been asked for.
        case clamped
    }

    /// Unknown: the granularity and grouping of a client summary. All rows are by template URI and method.
    package enum SummaryRows: String, CaseIterable, Sendable {
        /// By day
        case dated
        /// One total over all days, without `date`
        case total
        /// By calling organization, without `date`
        case byOrganization = "by-organization"
        /// By day and calling organization
        case datedByOrganization = "dated-by-organization"

        package var isDated: Bool { self == .dated || self == .datedByOrganization }
        package var isByOrganization: Bool { self == .byOrganization || self == .datedByOrganization }
    }

    // MARK: Simple searches

    /// Unknown: what happens to a simple search with more rows than ``Script/rowLimit``.
    package enum RowLimitBehavior: String, CaseIterable, Sendable {
        /// The last page within the limit looks like the last page of all.
        case cut
        /// The last page within the limit has a cursor; it leads to an empty page.
        case cutWithCursor = "cut-with-cursor"
        /// The results are answered 400.
        case refused
        /// Every row is served.
        case unlimited
    }

    /// Unknown: what cursors look like.
    package enum CursorForm: String, CaseIterable, Sendable {
        /// With `+`, `/` and `=`
        case base64
        /// Nothing that needs to be encoded
        case plain
        /// With a space, a quotation mark, `&`, `#`, `?`, a backslash, a letter that is not ASCII, and `%2B` as three characters
        case awkward
    }

    /// Unknown: how the last page of a simple search says that it is the last.
    package enum EndOfCursors: String, CaseIterable, Sendable {
        /// No `cursors`
        case absent
        /// `"cursors":{}`
        case emptyObject = "empty-object"
        /// `"cursors":{"after":""}`
        case emptyText = "empty-text"
        /// `"cursors":{"after":null}`
        case null
    }

    /// Unknown: whether a simple search that is still running tells a cursor.
    package enum RunningPages: String, CaseIterable, Sendable {
        case bare
        /// A cursor that must not be followed.
        case withCursor = "with-cursor"
    }

    /// Unknown: whether rows of a simple search tell the client's id.
    package enum SearchClientIDs: String, CaseIterable, Sendable {
        case empty, filled
    }

    /// Unknown: whether rows of a simple search tell `requests`, which cannot be selected.
    package enum SearchRequests: String, CaseIterable, Sendable {
        case absent, filled
    }

    // MARK: Jobs

    /// Unknown: how a job is refused whose interval is longer than 90 days or begins more than a year ago.
    package enum JobsInterval: String, CaseIterable, Sendable {
        /// 400 `bad.request`
        case badRequest = "bad-request"
        /// 400 `invalid.date`
        case invalidDate = "invalid-date"
        /// The job is accepted and ends as `Failed`.
        case failed
    }

    /// Unknown: the HTTP status of a job's results while it is running or after it failed; the contract allows 202.
    package enum JobsStatus: String, CaseIterable, Sendable {
        case accepted, ok
    }

    /// Unknown: whether a failed job has an `errorBody`.
    package enum FailedJobs: String, CaseIterable, Sendable {
        case explained, unexplained
    }

    /// Unknown: the values of `platform`.
    package enum PlatformNames: String, CaseIterable, Sendable {
        /// As the world spells them: `api`
        case words
        /// `API`
        case capitals
        /// `""` for every platform
        case empty
        /// No `platform` in any row
        case absent

        /// A platform of the world as an answer spells it; nil where answers leave it out.
        package func spelling(of platform: String) -> String? {
            switch self {
            case .words: platform
            case .capitals: platform.uppercased()
            case .empty: ""
            case .absent: nil
            }
        }
    }

    /// Unknown: which field names `sortBy` may hold. The order of the rows never depends on it here.
    package enum SortFields: String, CaseIterable, Sendable {
        case any
        /// Those of the rows; any other is answered 400.
        case ofRows = "of-rows"
        /// None; every `sortBy` is answered 400.
        case none
    }

    // MARK: Access

    /// Unknown: how many tokens the token endpoint gives.
    package enum TokenLimit: String, CaseIterable, Sendable {
        case unlimited
        /// So many in a minute; then 429.
        case perMinute = "per-minute"
        /// So many at a time; a new one voids the oldest.
        case alive
    }
}
