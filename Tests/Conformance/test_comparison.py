"""The comparison itself: each way in which an answer can be spoiled must be noticed."""

from newer import BY_ORGANIZATION_JOB, job_query, organization_row
from older import query, usage_row
from session import ConformanceCase, sdk
from truth import fold

BY = ("client", "template", "method")


class ComparisonTests(ConformanceCase):
    def test_a_spoiled_row_of_the_older_family_is_noticed(self):
        self._expect_notice("complete", ['status200="5"', "status200=5.0", "status200=7", "clientName=5", "-date"])
        self._expect_notice("complete", ['date="2026-01-01"', 'date="1999-01-01T00:00:00Z"', "region=1", "duplicate"])
        self._expect_notice("complete", ["templateUri=null", 'templateUri="api"', "-requests", "status429=true"])

    def test_a_spoiled_row_of_the_newer_family_is_noticed(self):
        self._expect_notice("jobs-complete", ["requests=1", "requestCount=null", "requestCount=0", 'httpMethod="get"'])
        self._expect_notice("jobs-complete", ['date="2026-01-01T00:00:00Z"', 'oauthClient={"name":"x"}', "user=null"])
        self._expect_notice("jobs-complete", ['httpMethod=""', "-platform", "duplicate"])

    def test_a_page_that_is_missing_or_comes_twice_is_noticed(self):
        self._expect_notice("jobs-complete", ["page:skipping", "page:overlapping", "page:short"], prefix="")

    def test_rows_that_are_cut_off_are_noticed(self):
        self._expect_notice("complete", ["cap:5"], prefix="")

    def _expect_notice(self, endpoint, spoils, prefix="row:"):
        compare = self._compare_jobs if endpoint.startswith("jobs") else self._compare_query
        world = ["--seed", "1", "--rows-a-day", "25", "--steady"]
        compare(*self.start(*world))
        for spoil in spoils:
            with self.subTest(spoil=spoil):
                started = self.start(*world, f"--fault={endpoint}#1={prefix}{spoil}")
                with self.assertRaises((AssertionError, AttributeError)):
                    compare(*started)

    def _compare_query(self, _, session, truth):
        first, last = truth.days_back(4)
        execution = session(
            session.usage.post_usage_query, query(sdk.ApiUsageOrganizationQuery, first, last, BY, "Day")
        )
        results = session.complete(session.usage.get_usage_query_execution_id_results, execution.execution_id)
        rows = fold(truth.facts("query", first, last), BY, "Day")
        self.assertSameRows(results.results, [usage_row(row, truth) for row in rows])

    def _compare_jobs(self, _, session, truth):
        first, last = truth.days_back(4)
        submit = session.usage.post_usage_aggregates_query_jobs
        job = session(submit, job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last))

        def read(**options):
            return session.usage.get_usage_aggregates_query_job(job.id, **options)

        rows = fold(truth.facts("jobs", first, last), BY_ORGANIZATION_JOB, "Day")
        expected = [organization_row(row, truth) for row in rows]
        self.assertSameRows(self.job_entities(session, read, job, 20), expected)
