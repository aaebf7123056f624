/// How much was used, by whom, and what became of it.
extension Question {
    static var ofUsage: [Question] {
        [
            Question(
                title: "How much was used each month, and how much more than the month before?",
                columns: ["month", "days", "requests", "month_before_requests", "change_percent"],
                sql: """
                    SELECT month, days_stored || ' of ' || days_in_period AS days, requests, month_before_requests,
                        change_percent
                    FROM usage.usage_by_month
                    ORDER BY month
                    """),
            Question(
                title: "Who calls most this month?",
                columns: ["rank", "client_name", "requests", "share_percent", "is_own"],
                sql: """
                    SELECT rank, client_name, requests, share_percent, is_own
                    FROM usage.client_by_month
                    WHERE is_current AND (rank <= 4 OR is_own)
                    ORDER BY rank
                    """),
            Question(
                title: "Which endpoints are used most this month?",
                columns: ["rank", "http_method", "template_uri", "requests", "share_percent"],
                sql: """
                    SELECT rank, http_method, template_uri, requests, share_percent
                    FROM usage.endpoint_by_month
                    WHERE is_current AND rank <= 5
                    ORDER BY rank
                    """),
            Question(
                title: "How did the last days differ from the day before and from a week before?",
                columns: [
                    "usage_date", "state", "requests", "day_before_change_percent", "week_before_requests",
                    "week_before_change_percent",
                ],
                sql: """
                    SELECT usage_date, state, requests, day_before_change_percent, week_before_requests,
                        week_before_change_percent
                    FROM usage.usage_by_day
                    ORDER BY usage_date DESC
                    LIMIT 5
                    """),
            Question(
                title: "How much was used each week?",
                columns: ["week", "days_stored", "requests"],
                sql: """
                    SELECT date_trunc('week', usage_date)::date AS week,
                        count(*) FILTER (WHERE state IN ('provisional', 'covered')) AS days_stored,
                        sum(requests) AS requests
                    FROM usage.usage_by_day
                    GROUP BY week
                    ORDER BY week DESC
                    LIMIT 5
                    """),
        ]
    }

    static var ofFailures: [Question] {
        [
            Question(
                title: "How much of whose requests fails this month?",
                columns: ["client_name", "status_400_percent", "status_429_percent", "status_500_percent"],
                sql: """
                    SELECT client_name, status_400_percent, status_429_percent, status_500_percent
                    FROM usage.client_by_month
                    WHERE is_current
                    ORDER BY status_429_percent DESC
                    LIMIT 3
                    """),
            Question(
                title: "Which calls are refused with 429 this month?",
                columns: ["client_name", "http_method", "template_uri", "status_429", "status_429_percent"],
                sql: """
                    SELECT client_name, http_method, template_uri, status_429, status_429_percent
                    FROM usage.client_endpoint_by_month
                    WHERE is_current
                    ORDER BY status_429 DESC
                    LIMIT 3
                    """),
            Question(
                title: "Since when is somebody refused with 429 day after day?",
                columns: [
                    "client_name", "first_day_with_429", "streak_first_day", "streak_days", "streak_status_429_percent",
                ],
                sql: """
                    SELECT client_name, first_day_with_429, streak_first_day, streak_days, streak_status_429_percent
                    FROM usage.throttled_client
                    WHERE streak_days > 0
                    ORDER BY streak_days DESC, client_name
                    LIMIT 3
                    """),
            Question(
                title: "And calls of which endpoints?",
                columns: ["http_method", "template_uri", "streak_first_day", "streak_days", "status_429"],
                sql: """
                    SELECT http_method, template_uri, streak_first_day, streak_days, status_429
                    FROM usage.throttled_endpoint
                    WHERE streak_days > 0
                    ORDER BY streak_days DESC, status_429 DESC
                    LIMIT 3
                    """),
        ]
    }

    static var ofClients: [Question] {
        [
            Question(
                title: "Whose usage changed most since a week before?",
                columns: [
                    "usage_date", "client_name", "requests", "week_before_requests", "week_before_change_percent",
                ],
                sql: """
                    SELECT usage_date, client_name, requests, week_before_requests, week_before_change_percent
                    FROM usage.client_by_day
                    WHERE usage_date = (
                        SELECT max(newest_day) FROM usage.freshness WHERE dataset = 'organization_query'
                    )
                    ORDER BY abs(week_before_change) DESC NULLS LAST
                    LIMIT 3
                    """),
            Question(
                title: "Which OAuth clients are new, idle or gone?",
                columns: ["client_name", "activity", "first_day", "last_day", "days_silent", "state"],
                sql: """
                    SELECT client_name, activity, first_day, last_day, days_silent, state
                    FROM usage.client_activity
                    WHERE activity <> 'active'
                    ORDER BY activity, client_name
                    """),
            Question(
                title: "Who still calls this endpoint?",
                columns: ["client_name", "http_method", "requests", "last_day"],
                sql: """
                    SELECT client_name, http_method, requests, last_day
                    FROM usage.client_endpoint_by_month
                    WHERE is_current AND template_uri IN ('api/v2/outbound/campaigns/{campaignId}')
                    ORDER BY last_day DESC, requests DESC
                    LIMIT 3
                    """),
            Question(
                title: "What does measuring itself cost?",
                columns: ["sources", "usage_date", "requests_sent", "throttled", "requests_counted", "share_percent"],
                sql: """
                    SELECT sources, usage_date, requests_sent, throttled, requests_counted, share_percent
                    FROM usage.own_footprint
                    ORDER BY usage_date DESC, sources
                    LIMIT 3
                    """),
        ]
    }
}
