"""The answers stay what the SDK declares, whichever way the unknowns of the real API turn out."""

from newer import BY_ORGANIZATION_JOB, job_query, organization_row
from older import query, search, search_row, usage_row
from session import ConformanceCase, sdk
from truth import fold


class UnknownTests(ConformanceCase):
    def settle(self, *settings):
        """Starts a simulator in which unknowns are settled otherwise."""
        switches = [f"--set={setting}" for setting in settings]
        _, self.session, self.truth = self.start("--seed", "1", "--rows-a-day", "40", *switches)
        self.first, self.last = self.truth.days_back(15)

    def test_a_submit_is_answered_200_or_202(self):
        for setting, status in [("ok", 200), ("accepted", 202)]:
            self.settle(f"submit-status={setting}")
            self._query(["client"])
            self.assertEqual(self.submitted, status)

    def test_metrics_that_were_not_selected_may_be_absent(self):
        self.settle("unselected-metrics=absent")
        rows = self._query(["method"], metrics=["Status200"])
        self.assertEqual({(row.requests, row.status429) for row in rows}, {(None, None)})
        rows = self._job(["method"], metrics=["Status200"])
        self.assertEqual({(row.request_count, row.status429) for row in rows}, {(None, None)})

    def test_ids_may_be_filled_that_were_not_grouped_by(self):
        filled = {"organization": (True, False), "user": (False, True), "both": (True, True), "empty": (False, False)}
        for setting, (has_organization, has_user) in filled.items():
            with self.subTest(setting=setting):
                self.settle(f"ungrouped-ids={setting}")
                for row in self._query(["client"]):
                    self.assertEqual(row.organization_id, self.truth.organization["id"] if has_organization else "")
                    self.assertEqual(row.user_id in self.truth.users[1:], has_user)

    def test_a_week_may_begin_on_sunday(self):
        for setting, weekday in [("sunday", 6), ("monday", 0)]:
            self.settle(f"week-start={setting}")
            self.assertEqual({row.date.weekday() for row in self._query(["client"], "Week")}, {weekday})

    def test_a_summary_may_have_any_shape(self):
        for setting, by, granularity in [
            ("total", ["client", "template", "method"], None),
            ("dated", ["client", "template", "method"], "Day"),
            ("by-organization", ["client", "template", "method", "organization"], None),
            ("dated-by-organization", ["client", "template", "method", "organization"], "Day"),
        ]:
            with self.subTest(setting=setting):
                self.settle(f"summary-rows={setting}")
                client = next(iter(self.truth.clients))
                facts = self.truth.facts("query", *self.truth.days_back(7), client)
                execution = self.session(self.session.usage.get_oauth_client_usage_summary, client)
                read = self.session.usage.get_oauth_client_usage_query_result
                rows = self.session.complete(read, execution.execution_id, client).results
                self.assertSameRows(rows, [usage_row(row, self.truth) for row in fold(facts, by, granularity)])

    def test_the_last_page_may_say_so_in_any_form(self):
        forms = {
            "absent": lambda cursors: cursors is None,
            "empty-object": lambda cursors: (cursors.before, cursors.after) == (None, None),
            "empty-text": lambda cursors: cursors.after == "",
        }
        for setting, is_end in forms.items():
            with self.subTest(setting=setting):
                self.settle(f"end-of-cursors={setting}")
                self.assertTrue(is_end(self._searched().cursors))
        # No SDK declares null, but this one reads it.
        self.settle("end-of-cursors=null")
        execution = self.session(self.session.usage.post_usage_simplesearch, search(self.last, self.last))
        read = self.session.usage.get_usage_simplesearch_execution_id_results
        read(execution.execution_id)
        results = read(execution.execution_id, page_size=1_000)
        self.assertEqual((results.query_status, results.cursors.after), ("Complete", None))

    def test_cursors_of_any_form_lead_through_all_pages(self):
        for setting in ("base64", "plain", "awkward"):
            with self.subTest(setting=setting):
                self.settle(f"cursor-form={setting}")
                facts = self.truth.facts("query", self.first, self.last)
                rows = fold(facts, ["client", "template", "method"], "Day")
                pages = self.search_pages(self.session, search(self.first, self.last), 90)
                found = [row for page in pages for row in page]
                self.assertSameRows(found, [search_row(row, self.truth) for row in rows])
                rows = fold(self.truth.facts("jobs", self.first, self.last), BY_ORGANIZATION_JOB, "Day")
                self.assertSameRows(self._job(size=90), [organization_row(row, self.truth) for row in rows])

    def test_a_search_that_is_running_may_have_a_cursor(self):
        self.settle("running-pages=with-cursor")
        execution = self.session(self.session.usage.post_usage_simplesearch, search(self.last, self.last))
        read = self.session.usage.get_usage_simplesearch_execution_id_results
        running = self.session(read, execution.execution_id)
        self.assertEqual((running.query_status, running.results), ("Running", None))
        self.assertTrue(running.cursors.after)

    def test_a_search_may_tell_ids_and_requests(self):
        for setting in ("search-client-ids=filled", "search-requests=filled"):
            with self.subTest(setting=setting):
                self.settle(setting)
                facts = self.truth.facts("query", self.first, self.last)
                expected = []
                for row in fold(facts, ["client", "template", "method"], "Day"):
                    decoded = search_row(row, self.truth)
                    if setting == "search-client-ids=filled":
                        decoded.client_id = row["client"]
                    else:
                        decoded.requests = row.requests
                    expected.append(decoded)
                self.assertSameRows(self._searched().results, expected)

    def test_platforms_may_be_spelled_in_any_way(self):
        spellings = {"words": str, "capitals": str.upper, "empty": lambda _: "", "absent": lambda _: None}
        for setting, spell in spellings.items():
            with self.subTest(setting=setting):
                self.settle(f"platform-names={setting}")
                facts = self.truth.facts("jobs", self.first, self.last)
                expected = [organization_row(row, self.truth) for row in fold(facts, BY_ORGANIZATION_JOB, "Day")]
                for row in expected:
                    row.platform = spell(row.platform)
                self.assertSameRows(self._job(), expected)

    def test_a_job_that_is_not_done_may_answer_200_and_fail_without_a_reason(self):
        self.settle("jobs-status=ok", "failed-jobs=unexplained", "jobs-interval=failed")
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, "2020-01-01", "2020-01-02")
        job = self.session(self.session.usage.post_usage_aggregates_query_jobs, body)
        read = self.session.usage.get_usage_aggregates_query_job
        for status in ("Running", "Failed"):
            answer = self.session(read, job.id)
            self.assertEqual((answer.query_status, self.session.status, answer.error_body), (status, 200, None))

    def test_a_job_from_long_ago_may_be_an_invalid_date(self):
        self.settle("jobs-interval=invalid-date")
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, "2020-01-01", "2020-01-02")
        _, error = self.session.refused(self.session.usage.post_usage_aggregates_query_jobs, body)
        self.assertEqual((error.status, error.code), (400, "invalid.date"))

    def _query(self, by, granularity=None, **options):
        body = query(sdk.ApiUsageOrganizationQuery, self.first, self.last, by, granularity, **options)
        execution = self.session(self.session.usage.post_usage_query, body)
        self.submitted = self.session.status
        read = self.session.usage.get_usage_query_execution_id_results
        return self.session.complete(read, execution.execution_id).results

    def _searched(self):
        body = search(self.first, self.last)
        execution = self.session(self.session.usage.post_usage_simplesearch, body)
        read = self.session.usage.get_usage_simplesearch_execution_id_results
        return self.session.complete(read, execution.execution_id, page_size=1_000)

    def _job(self, by=(), size=1_000, **options):
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, self.first, self.last, by, **options)
        job = self.session(self.session.usage.post_usage_aggregates_query_jobs, body)

        def read(**options):
            return self.session.usage.get_usage_aggregates_query_job(job.id, **options)

        return self.job_entities(self.session, read, job, size)
