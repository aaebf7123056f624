import UsageDomain

/// Whether the numbers are right, and what else is counted.
extension Question {
    static func ofProof(restated day: Day) -> [Question] {
        [
            Question(
                title: "How far is each dataset?",
                columns: ["source", "dataset", "newest_day", "days_behind", "gaps", "provisional_days", "clients"],
                sql: """
                    SELECT source, dataset, newest_day, days_behind, gaps, provisional_days, clients
                    FROM usage.freshness
                    ORDER BY source, dataset
                    """),
            Question(
                title: "Which days of this month are there? (# covered, + provisional, . gap, X failed)",
                columns: ["source", "dataset", "days_owed", "is_complete", "strip"],
                sql: """
                    SELECT source, dataset, days_owed, is_complete, strip
                    FROM usage.coverage_calendar
                    WHERE is_current
                    ORDER BY source, dataset
                    """),
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
                title: "How much did the vendor change afterwards?",
                columns: ["dataset", "month", "days_changed", "requests_added", "requests_removed", "days_late"],
                sql: """
                    SELECT dataset, month, days_changed, requests_added, requests_removed, days_late
                    FROM usage.restatement_by_month
                    ORDER BY month, dataset
                    """),
            Question(
                title: "Which of its rows?",
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

    static var ofOtherCounts: [Question] {
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
                columns: ["channel", "days", "units", "month_before_units", "change_percent", "time_zone"],
                sql: """
                    SELECT channel, days_stored || ' of ' || days_in_period AS days, units, month_before_units,
                        change_percent, time_zone
                    FROM usage.channel_by_month
                    WHERE is_current
                    ORDER BY organization_name, channel
                    """),
        ]
    }
}
