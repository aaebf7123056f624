"""The aggregates jobs of the organization and of one client."""

import datetime

from newer import BY_CLIENT_JOB, BY_ORGANIZATION_JOB, METRICS, client_row, job_query, organization_row
from session import ConformanceCase, sdk
from truth import fold


class JobCase(ConformanceCase):
    def facts(self, truth, first, last, client=None):
        facts = truth.facts("jobs", first, last, client)
        for fact in facts:
            fact["client_name"] = truth.clients[fact["client"]]["name"]
        return facts


class OrganizationJobTests(JobCase):
    def test_every_row_is_the_truth_however_it_is_grouped(self):
        shapes = [
            (BY_ORGANIZATION_JOB, "Day"),
            (("client", "method", "template", "platform"), "Day"),
            (("client_name", "template"), "Day"),
            (("client", "client_name"), "Month"),
            (("user", "platform"), "Week"),
            (("method",), None),
        ]
        for world in (["--seed", "1"], ["--seed", "2", "--clients", "3", "--rows-a-day", "150"]):
            _, session, truth = self.start(*world)
            first, last = truth.days_back(9)
            facts = self.facts(truth, first, last)
            self.assertTrue(facts)
            for by, granularity in shapes:
                with self.subTest(world=world, by=by, granularity=granularity):
                    body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, by, granularity)
                    expected = [organization_row(row, truth) for row in fold(facts, by, granularity)]
                    self.assertSameRows(self._entities(session, body), expected)

    def test_without_grouping_nothing_is_aggregated(self):
        _, session, truth = self.start("--seed", "3")
        first, last = truth.days_back(10)
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last)
        rows = fold(self.facts(truth, first, last), BY_ORGANIZATION_JOB, "Day")
        self.assertSameRows(self._entities(session, body), [organization_row(row, truth) for row in rows])

    def test_the_pages_together_are_the_truth_whatever_their_size(self):
        _, session, truth = self.start("--seed", "3")
        first, last = truth.days_back(12)
        by = ("client", "method", "template", "platform")
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, by, "Day")
        expected = [organization_row(row, truth) for row in fold(self.facts(truth, first, last), by, "Day")]
        for size in (None, 33, 1_000):
            with self.subTest(size=size):
                self.assertSameRows(self._entities(session, body, size), expected)

    def test_each_filter_keeps_what_it_names(self):
        _, session, truth = self.start("--seed", "4")
        first, last = truth.days_back(20)
        facts = self.facts(truth, first, last)
        clients, templates = list(truth.clients)[:4], truth.templates[:6]
        cases = [
            ({"oauth_client_ids": clients}, {"client": clients}),
            ({"user_ids": truth.users[1:4]}, {"user": truth.users[1:4]}),
            ({"platforms": truth.platforms[:1]}, {"platform": truth.platforms[:1]}),
            ({"http_methods": ["GET", "HEAD"]}, {"method": ["GET", "HEAD"]}),
            ({"template_uris": templates}, {"template": templates}),
            (
                {"oauth_client_ids": clients, "template_uris": templates, "http_methods": ["GET"]},
                {"client": clients, "template": templates, "method": ["GET"]},
            ),
            ({"platforms": ["nowhere"]}, {"platform": []}),
        ]
        for options, selected in cases:
            for by in (("client", "template"), ("user", "platform")):
                with self.subTest(options=options, by=by):
                    body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, by, "Day", **options)
                    expected = [organization_row(row, truth) for row in fold(facts, by, "Day", **selected)]
                    self.assertSameRows(self._entities(session, body), expected)

    def test_only_selected_metrics_are_counted(self):
        _, session, truth = self.start("--seed", "4")
        first, last = truth.days_back(9)
        rows = fold(self.facts(truth, first, last), ["method"], "Day")
        for metric in METRICS:
            with self.subTest(metric=metric):
                options = {"metrics": [metric]}
                body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, ["method"], "Day", **options)
                expected = [organization_row(row, truth, [metric]) for row in rows]
                self.assertSameRows(self._entities(session, body), expected)

    def test_sorting_is_accepted_and_loses_nothing(self):
        simulator, session, truth = self.start("--seed", "4")
        first, last = truth.days_back(9)
        sort = sdk.UsageQuerySortBy()
        sort.field_name, sort.order = "requestCount", "Desc"
        by = ["client", "method"]
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, by, "Day", sort_by=[sort])
        expected = [organization_row(row, truth) for row in fold(self.facts(truth, first, last), by, "Day")]
        self.assertSameRows(self._entities(session, body), expected)
        submitted = next(entry for entry in simulator.ledger() if entry["endpoint"] == "jobs-submit")
        self.assertIn('"sortBy": [{"fieldName": "requestCount", "order": "Desc"}]', submitted["body"])

    def test_the_newer_family_counts_at_least_what_the_older_one_does(self):
        _, session, truth = self.start("--seed", "1")
        first, last = truth.days_back(20)
        older = fold(truth.facts("query", first, last), ["client"])
        body = job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last, ["client"])
        newer = {row.oauth_client.id: row.request_count for row in self._entities(session, body)}
        self.assertTrue(all(newer[row["client"]] >= row.requests for row in older))
        built_in = {client for client, entity in truth.clients.items() if entity["isBuiltIn"]}
        self.assertEqual(set(newer) - {row["client"] for row in older}, built_in)

    def test_a_job_reaches_back_a_year_and_spans_ninety_days(self):
        _, session, truth = self.start()
        submit = session.usage.post_usage_aggregates_query_jobs
        last = truth.newest_day
        accepted = job_query(sdk.OrganizationPublicApiUsageQueryRequest, last - datetime.timedelta(days=90), last)
        session(submit, accepted)
        for first, last in [
            (last - datetime.timedelta(days=91), last),
            (last - datetime.timedelta(days=366), last - datetime.timedelta(days=360)),
        ]:
            _, error = session.refused(submit, job_query(sdk.OrganizationPublicApiUsageQueryRequest, first, last))
            self.assertEqual((error.status, error.code), (400, "bad.request"))

    def _entities(self, session, body, size=1_000):
        job = session(session.usage.post_usage_aggregates_query_jobs, body)
        self.assertEqual(job.self_uri, f"/api/v2/usage/aggregates/query/jobs/{job.id}")

        def read(**options):
            return session.usage.get_usage_aggregates_query_job(job.id, **options)

        return self.job_entities(session, read, job, size)


class ClientJobTests(JobCase):
    def test_every_row_of_each_client_is_the_truth(self):
        shapes = [(BY_CLIENT_JOB, "Day"), (("organization", "platform"), "Week"), (("template",), "Month"), ((), "Day")]
        for world in (["--seed", "1"], ["--seed", "2", "--clients", "3", "--rows-a-day", "150"]):
            _, session, truth = self.start(*world)
            first, last = truth.days_back(12)
            for client in list(truth.clients)[:2] + list(truth.clients)[-2:]:
                facts = self.facts(truth, first, last, client)
                for by, granularity in shapes:
                    with self.subTest(world=world, client=client, by=by, granularity=granularity):
                        body = job_query(sdk.ClientPublicApiUsageQueryRequest, first, last, by, granularity)
                        expected = [client_row(row) for row in fold(facts, by or BY_CLIENT_JOB, granularity)]
                        self.assertSameRows(self._entities(session, client, body), expected)

    def test_each_filter_keeps_what_it_names(self):
        _, session, truth = self.start("--seed", "2", "--clients", "3", "--rows-a-day", "250")
        client = next(iter(truth.clients))
        first, last = truth.days_back(15)
        facts = self.facts(truth, first, last, client)
        abroad = truth.calling_organizations[1:]
        self.assertTrue(any(fact["organization"] in abroad for fact in facts))
        cases = [
            ({"organization_ids": abroad}, {"organization": abroad}),
            ({"platforms": truth.platforms[1:]}, {"platform": truth.platforms[1:]}),
            ({"http_methods": ["DELETE", "PATCH"]}, {"method": ["DELETE", "PATCH"]}),
            ({"template_uris": truth.templates[:9]}, {"template": truth.templates[:9]}),
        ]
        for options, selected in cases:
            with self.subTest(options=options):
                body = job_query(sdk.ClientPublicApiUsageQueryRequest, first, last, BY_CLIENT_JOB, "Day", **options)
                expected = [client_row(row) for row in fold(facts, BY_CLIENT_JOB, "Day", **selected)]
                self.assertSameRows(self._entities(session, client, body, 40), expected)

    def _entities(self, session, client, body, size=1_000):
        job = session(session.usage.post_usage_client_client_id_aggregates_query_jobs, client, body)
        self.assertEqual(job.self_uri, f"/api/v2/usage/client/{client}/aggregates/query/jobs/{job.id}")

        def read(**options):
            return session.usage.get_usage_client_client_id_aggregates_query_job(client, job.id, **options)

        return self.job_entities(session, read, job, size)
