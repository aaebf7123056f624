import UsageDomain

/// One of the analyst's first questions.
struct Question {
    let title: String
    /// Columns of the answer, each cast to text.
    let columns: [String]
    let sql: String

    static func all(restated day: Day) -> [Question] {
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
            Question(
                title: "Is every day there?",
                columns: ["dataset", "state", "days", "first", "last", "rows"],
                sql: """
                    SELECT dataset, state, count(*) AS days, min(usage_date) AS first, max(usage_date) AS last,
                        sum(rows) AS rows
                    FROM usage.coverage
                    GROUP BY dataset, state
                    ORDER BY last DESC
                    """),
            Question(
                title: "What did the vendor change afterwards?",
                columns: ["usage_date", "template_uri", "http_method", "old_requests", "new_requests"],
                sql: """
                    SELECT usage_date, template_uri, http_method, old_requests, new_requests
                    FROM usage.restatement
                    WHERE usage_date = '\(day)'
                    ORDER BY restatement_id
                    LIMIT 5
                    """),
        ]
    }
}
