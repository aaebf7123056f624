import UsageDomain

/// One of the analyst's first questions.
struct Question {
    let title: String
    /// Columns of the answer, each cast to text.
    let columns: [String]
    let sql: String

    static func all(restated day: Day) -> [Question] {
        ofUsage + ofProof(restated: day) + ofOtherCounts
    }

    private static var ofUsage: [Question] {
        [
            Question(
                title: "Who calls most, and how much of it is refused with 429?",
                columns: ["client_name", "requests", "share", "status_429"],
                sql: """
                    SELECT client_name, sum(requests) AS requests,
                        round(100 * sum(requests) / sum(sum(requests)) OVER (), 1) || ' %' AS share,
                        sum(status_429) AS status_429
                    FROM usage.api_usage
                    GROUP BY client_id, client_name
                    ORDER BY requests DESC
                    LIMIT 5
                    """),
            Question(
                title: "Which endpoints cost most this month?",
                columns: ["http_method", "template_uri", "requests"],
                sql: """
                    SELECT http_method, template_uri, sum(requests) AS requests
                    FROM usage.api_usage
                    WHERE usage_date >= date_trunc('month', (SELECT max(usage_date) FROM usage.api_usage))
                    GROUP BY http_method, template_uri
                    ORDER BY requests DESC
                    LIMIT 5
                    """),
            Question(
                title: "How much was used each week?",
                columns: ["week", "requests", "clients"],
                sql: """
                    SELECT date_trunc('week', usage_date)::date AS week, sum(requests) AS requests,
                        count(DISTINCT client_id) AS clients
                    FROM usage.api_usage
                    GROUP BY week
                    ORDER BY week DESC
                    LIMIT 5
                    """),
        ]
    }

    private static func ofProof(restated day: Day) -> [Question] {
        [
            Question(
                title: "Is every day there?",
                columns: ["dataset", "state", "days", "clients", "first", "last", "rows"],
                sql: """
                    SELECT dataset, state, count(*) AS days, count(DISTINCT nullif(client_id, '')) AS clients,
                        min(usage_date) AS first, max(usage_date) AS last, sum(rows) AS rows
                    FROM usage.coverage
                    GROUP BY dataset, state
                    ORDER BY dataset, last DESC
                    """),
            Question(
                title: "What did the vendor change afterwards?",
                columns: ["usage_date", "template_uri", "http_method", "old_requests", "new_requests"],
                sql: """
                    SELECT usage_date, template_uri, http_method, old_requests, new_requests
                    FROM usage.restatement
                    WHERE usage_date = '\(day)' AND dataset = 'organization_query'
                    ORDER BY restatement_id
                    LIMIT 5
                    """),
            Question(
                title: "Do the datasets agree?",
                columns: ["comparison", "days", "clients", "differences", "unexpected", "difference"],
                sql: """
                    SELECT comparison, count(*) AS days, sum(compared_clients) AS clients,
                        sum(differences) AS differences, sum(unexpected_differences) AS unexpected,
                        sum(right_requests - left_requests) AS difference
                    FROM usage.reconciliation_day
                    GROUP BY comparison
                    ORDER BY comparison
                    """),
            Question(
                title: "Where do they differ most, and is it known why?",
                columns: ["comparison", "usage_date", "client_name", "difference", "explanation"],
                sql: """
                    SELECT comparison, usage_date, client_name, difference, explanation
                    FROM usage.reconciliation
                    ORDER BY is_expected, abs(difference) DESC
                    LIMIT 3
                    """),
        ]
    }

    private static var ofOtherCounts: [Question] {
        [
            Question(
                title: "What does the vendor's console show of each client now?",
                columns: ["client_name", "as_of", "days", "requests", "status_429"],
                sql: """
                    SELECT client_name, as_of, days, sum(requests) AS requests, sum(status_429) AS status_429
                    FROM usage.client_summary
                    WHERE as_of = (SELECT max(as_of) FROM usage.client_summary) AND usage_date IS NOT NULL
                    GROUP BY client_id, client_name, as_of, days
                    ORDER BY requests DESC
                    LIMIT 5
                    """),
            Question(
                title: "What did each channel use this month? (Never add channels.)",
                columns: ["organization_name", "channel", "units", "first", "last", "time_zone"],
                sql: """
                    SELECT organization_name, channel, sum(units) AS units, min(usage_date) AS first,
                        max(usage_date) AS last, time_zone
                    FROM usage.channel_usage_daily
                    WHERE usage_date >= date_trunc('month', (SELECT max(usage_date) FROM usage.channel_usage_daily))
                    GROUP BY organization_id, organization_name, channel, time_zone
                    ORDER BY organization_name, channel
                    """),
        ]
    }
}
