"""What goes wrong at each of the eleven usage operations, as the SDK tells it."""

from session import ConformanceCase, sdk

CLIENT = "11111111-1111-4111-8111-111111111111"
UNKNOWN = "22222222-2222-4222-8222-222222222222"
CODES = {
    400: "bad.request",
    401: "bad.credentials",
    403: "missing.any.permissions",
    404: "not.found",
    408: "request.timeout",
    409: "conflict",
    413: "request.entity.too.large",
    415: "unsupported.media.type",
    429: "too.many.requests.retry.after",
    500: "internal.server.error",
    503: "service.unavailable",
    504: "request.timeout",
}


def operations(usage, client=CLIENT):
    """Each operation of UsageApi under its name in faults, ready to be called."""

    def body(model):
        query = model()
        query.interval = "2026-01-01/2026-01-02"
        return query

    return [
        ("submit", lambda: usage.post_usage_query(body(sdk.ApiUsageOrganizationQuery))),
        ("results", lambda: usage.get_usage_query_execution_id_results(UNKNOWN)),
        ("client-submit", lambda: usage.post_oauth_client_usage_query(client, body(sdk.ApiUsageClientQuery))),
        ("client-results", lambda: usage.get_oauth_client_usage_query_result(UNKNOWN, client)),
        ("client-summary", lambda: usage.get_oauth_client_usage_summary(client)),
        ("search-submit", lambda: usage.post_usage_simplesearch(body(sdk.ApiUsageSimpleSearch))),
        ("search-results", lambda: usage.get_usage_simplesearch_execution_id_results(UNKNOWN)),
        (
            "jobs-submit",
            lambda: usage.post_usage_aggregates_query_jobs(body(sdk.OrganizationPublicApiUsageQueryRequest)),
        ),
        ("jobs-results", lambda: usage.get_usage_aggregates_query_job(UNKNOWN)),
        (
            "client-jobs-submit",
            lambda: usage.post_usage_client_client_id_aggregates_query_jobs(
                client, body(sdk.ClientPublicApiUsageQueryRequest)
            ),
        ),
        ("client-jobs-results", lambda: usage.get_usage_client_client_id_aggregates_query_job(client, UNKNOWN)),
    ]


class StatusTests(ConformanceCase):
    def test_each_status_reaches_each_operation_with_its_error_body(self):
        names = [name for name, _ in operations(None)]
        self.assertEqual(len(names), 11)
        faults = [f"--fault={name}#{number}={status}" for name in names for number, status in enumerate(CODES, 1)]
        _, session, _ = self.start(*faults)
        for name, operation in operations(session.usage):
            for status, code in CODES.items():
                with self.subTest(operation=name, status=status):
                    error, body = session.refused(operation)
                    self.assertEqual((error.status, body.code), (status, code))

    def test_what_nobody_has_is_not_found(self):
        _, session, _ = self.start()
        for name, operation in operations(session.usage):
            if name in ("submit", "search-submit", "jobs-submit"):
                continue
            with self.subTest(operation=name):
                _, body = session.refused(operation)
                self.assertEqual((body.status, body.code), (404, "not.found"))

    def test_a_refusal_for_want_of_permissions_names_them(self):
        permissions = {
            "submit": "oauth:client:view, usage:organization:view",
            "results": "oauth:client:view, usage:organization:view",
            "client-submit": "oauth:client:view, usage:client:view",
            "client-results": "oauth:client:view, usage:client:view",
            "client-summary": "oauth:client:view, usage:client:view",
            "search-submit": "oauth:client:view, usage:simpleSearch:view",
            "search-results": "oauth:client:view, usage:simpleSearch:view",
            "jobs-submit": "usage:organization:view",
            "jobs-results": "usage:organization:view",
            "client-jobs-submit": "usage:client:view",
            "client-jobs-results": "usage:client:view",
        }
        _, session, _ = self.start(*(f"--fault={name}=403" for name in permissions))
        for name, operation in operations(session.usage):
            with self.subTest(operation=name):
                _, body = session.refused(operation)
                self.assertEqual(body.message_params, {"permissions": f"[{permissions[name]}]"})
                self.assertIn(permissions[name], body.message)

    def test_a_bad_interval_and_bad_words_are_refused_by_name(self):
        _, session, truth = self.start()
        client = next(iter(truth.clients))
        submits = [
            (session.usage.post_usage_query, [], sdk.ApiUsageOrganizationQuery, True),
            (session.usage.post_oauth_client_usage_query, [client], sdk.ApiUsageClientQuery, True),
            (session.usage.post_usage_simplesearch, [], sdk.ApiUsageSimpleSearch, False),
            (session.usage.post_usage_aggregates_query_jobs, [], sdk.OrganizationPublicApiUsageQueryRequest, True),
            (
                session.usage.post_usage_client_client_id_aggregates_query_jobs,
                [client],
                sdk.ClientPublicApiUsageQueryRequest,
                True,
            ),
        ]
        for submit, path, model, has_groups in submits:
            with self.subTest(submit=submit.__name__):
                body = model()
                body.interval = "yesterday"
                _, error = session.refused(submit, *path, body)
                self.assertEqual((error.status, error.code), (400, "invalid.date"))
                body.interval = f"{truth.newest_day}/{truth.newest_day}"
                body.metrics = ["Status418"]
                _, error = session.refused(submit, *path, body)
                self.assertEqual((error.status, error.code), (400, "invalid.value"))
                self.assertIn("Value [Status418]", error.message)
                if has_groups:
                    body.metrics, body.group_by = None, ["Region"]
                    _, error = session.refused(submit, *path, body)
                    self.assertEqual((error.status, error.code), (400, "invalid.value"))

    def test_each_operation_has_groupings_and_methods_of_its_own(self):
        _, session, truth = self.start()
        client = next(iter(truth.clients))
        usage = session.usage
        organization_job = (usage.post_usage_aggregates_query_jobs, [], sdk.OrganizationPublicApiUsageQueryRequest)
        client_job = (
            usage.post_usage_client_client_id_aggregates_query_jobs,
            [client],
            sdk.ClientPublicApiUsageQueryRequest,
        )
        cases = [
            # The families spell the client differently.
            ((usage.post_usage_query, [], sdk.ApiUsageOrganizationQuery), "group_by", "OauthClientId"),
            (organization_job, "group_by", "OAuthClientId"),
            ((usage.post_oauth_client_usage_query, [client], sdk.ApiUsageClientQuery), "group_by", "UserId"),
            (organization_job, "group_by", "OrganizationId"),
            (client_job, "group_by", "OauthClientId"),
            (client_job, "group_by", "UserId"),
            # A search knows nine methods, a job six.
            ((usage.post_usage_simplesearch, [], sdk.ApiUsageSimpleSearch), "http_methods", "FETCH"),
            (organization_job, "http_methods", "TRACE"),
            (client_job, "http_methods", "OPTIONS"),
        ]
        for (submit, path, model), attribute, value in cases:
            with self.subTest(submit=submit.__name__, value=value):
                body = model()
                body.interval = f"{truth.newest_day}/{truth.newest_day}"
                setattr(body, attribute, [value])
                _, error = session.refused(submit, *path, body)
                self.assertEqual((error.status, error.code), (400, "invalid.value"))
                self.assertEqual(error.message_params["value"], value)

    def test_a_body_beyond_the_limit_is_refused(self):
        _, session, _ = self.start()
        body = sdk.ApiUsageSimpleSearch()
        body.interval, body.template_uris = "2026-01-01/2026-01-01", ["api/v2/" + "x" * 93] * 5_200
        _, error = session.refused(session.usage.post_usage_simplesearch, body)
        self.assertEqual((error.status, error.code), (413, "request.entity.too.large"))


class RateLimitTests(ConformanceCase):
    def test_the_sdk_waits_and_tries_again_when_it_is_told_how_long(self):
        for status in (429, 503):
            with self.subTest(status=status):
                simulator, session, _ = self.start(f"--fault=organization#1={status},retry-after:1")
                self.assertTrue(session(session.organization.get_organizations_me).id)
                entries = [entry for entry in simulator.ledger() if entry["endpoint"] == "organization"]
                self.assertEqual([entry["status"] for entry in entries], [status, 200])

    def test_the_sdk_gives_up_after_eleven_requests(self):
        simulator, session, _ = self.start("--fault=organization=429,retry-after:0")
        error, _ = session.refused(session.organization.get_organizations_me)
        self.assertEqual((error.status, error.headers["Retry-After"]), (429, "0"))
        entries = [entry for entry in simulator.ledger() if entry["endpoint"] == "organization"]
        self.assertEqual([entry["status"] for entry in entries], [429] * 11)

    def test_the_allowance_of_a_minute_ends_in_429(self):
        _, session, _ = self.start("--requests-a-minute", "3")
        # Without retries, for the regular 429 says how long to wait.
        pools = session.api.get_http_client().rest_client.pool_manager
        pools.clear()
        pools.connection_pool_kw["retries"] = False
        for count in ("1", "2", "3"):
            session(session.organization.get_organizations_me)
            self.assertEqual(session.api.last_response.getheader("inin-ratelimit-count"), count)
        error, body = session.refused(session.organization.get_organizations_me)
        self.assertEqual((error.status, body.code), (429, "too.many.requests.retry.after"))
        seconds = int(error.headers["Retry-After"])
        self.assertTrue(0 < seconds <= 60)
        self.assertIn(f"[{seconds}] seconds", body.message)


class ExecutionTests(ConformanceCase):
    def test_the_older_family_fails_without_a_reason(self):
        _, session, truth = self.start("--fault=results=status:Failed", "--fault=search-results=status:Failed")
        for submit, model, read in [
            (
                session.usage.post_usage_query,
                sdk.ApiUsageOrganizationQuery,
                session.usage.get_usage_query_execution_id_results,
            ),
            (
                session.usage.post_usage_simplesearch,
                sdk.ApiUsageSimpleSearch,
                session.usage.get_usage_simplesearch_execution_id_results,
            ),
        ]:
            execution = self._submit(session, truth, submit, model)
            results = session(read, execution.execution_id)
            self.assertEqual((results.query_status, results.results, results.cursors), ("Failed", None, None))
            self.assertEqual(session.status, 200)

    def test_a_job_tells_each_status_and_why_it_failed(self):
        statuses = ["Queued", "Running", "Failed", "Cancelled"]
        faults = [f"--fault=jobs-results#{number}=status:{status}" for number, status in enumerate(statuses, 1)]
        _, session, truth = self.start(*faults)
        submit = session.usage.post_usage_aggregates_query_jobs
        job = self._submit(session, truth, submit, sdk.OrganizationPublicApiUsageQueryRequest)
        for status in statuses:
            answer = session(session.usage.get_usage_aggregates_query_job, job.id)
            self.assertEqual((answer.query_status, answer.entities, answer.next_uri), (status, None, None))
            self.assertEqual(session.status, 202)
            if status == "Failed":
                self.assertEqual((answer.error_body.status, answer.error_body.code), (500, "internal.server.error"))
            else:
                self.assertIsNone(answer.error_body)

    def test_a_status_that_the_sdk_does_not_know_is_told_apart(self):
        _, session, truth = self.start("--fault=results=status:Expired", "--fault=jobs-results=status:Expired")
        execution = self._submit(session, truth, session.usage.post_usage_query, sdk.ApiUsageOrganizationQuery)
        results = session.usage.get_usage_query_execution_id_results(execution.execution_id)
        self.assertEqual(results.query_status, "outdated_sdk_version")
        submit = session.usage.post_usage_aggregates_query_jobs
        job = self._submit(session, truth, submit, sdk.OrganizationPublicApiUsageQueryRequest)
        self.assertEqual(session.usage.get_usage_aggregates_query_job(job.id).query_status, "outdated_sdk_version")

    def test_each_operation_reads_its_own_executions_alone(self):
        _, session, truth = self.start()
        execution = self._submit(session, truth, session.usage.post_usage_query, sdk.ApiUsageOrganizationQuery)
        client = next(iter(truth.clients))
        for read, arguments in [
            (session.usage.get_usage_simplesearch_execution_id_results, [execution.execution_id]),
            (session.usage.get_oauth_client_usage_query_result, [execution.execution_id, client]),
            (session.usage.get_usage_aggregates_query_job, [execution.execution_id]),
        ]:
            _, body = session.refused(read, *arguments)
            self.assertEqual((body.status, body.code), (404, "not.found"))

    def _submit(self, session, truth, submit, model):
        body = model()
        body.interval = f"{truth.newest_day}/{truth.newest_day}"
        return session(submit, body)
