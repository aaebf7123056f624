"""The organization query, the client query and the client summary."""

import json
import pathlib

from older import GROUPINGS, METRICS, query, usage_row
from session import ConformanceCase, sdk
from truth import fold

WORLDS = [
    ["--seed", "1"],
    ["--seed", "2", "--clients", "3", "--rows-a-day", "150"],
    ["--seed", "3", "--ordinary"],
    ["--seed", "3", "--rows-a-day", "0"],
]
SHAPES = [
    (("client", "template", "method"), "Day"),
    (("client", "template", "method", "user"), "Day"),
    (("organization",), "Day"),
    (("user", "method"), "Week"),
    (("template",), "Month"),
    (tuple(GROUPINGS), None),
    (("method",), None),
]


class OrganizationQueryTests(ConformanceCase):
    def test_every_row_of_every_world_is_the_truth(self):
        for world in WORLDS:
            _, session, truth = self.start(*world)
            self.assertEqual(bool(truth.facts("query", *truth.days_back(40))), "0" not in world)
            for by, granularity in SHAPES:
                with self.subTest(world=world, by=by, granularity=granularity):
                    first, last = truth.days_back(9 if granularity == "Day" else 40)
                    facts = truth.facts("query", first, last)
                    body = query(sdk.ApiUsageOrganizationQuery, first, last, by, granularity)
                    results = self._results(session, body)
                    expected = [usage_row(row, truth) for row in fold(facts, by, granularity)]
                    self.assertSameRows(results.results, expected)

    def test_without_grouping_rows_are_by_client(self):
        _, session, truth = self.start("--seed", "4")
        first, last = truth.days_back(9)
        results = self._results(session, query(sdk.ApiUsageOrganizationQuery, first, last))
        expected = fold(truth.facts("query", first, last), ["client"])
        self.assertSameRows(results.results, [usage_row(row, truth) for row in expected])

    def test_only_selected_metrics_are_counted(self):
        _, session, truth = self.start("--seed", "4")
        first, last = truth.days_back(9)
        rows = fold(truth.facts("query", first, last), ["client", "method"], "Day")
        for metric in METRICS:
            with self.subTest(metric=metric):
                body = query(sdk.ApiUsageOrganizationQuery, first, last, ("client", "method"), "Day", [metric])
                expected = [usage_row(row, truth, [metric]) for row in rows]
                self.assertSameRows(self._results(session, body).results, expected)

    def test_each_form_of_an_interval_means_the_same_days(self):
        _, session, truth = self.start("--seed", "5")
        first, last = truth.days_back(3)
        body = query(sdk.ApiUsageOrganizationQuery, first, last, ("client",), "Day")
        expected = [usage_row(row, truth) for row in fold(truth.facts("query", first, last), ["client"], "Day")]
        for form in ("{}/{}", "{}T00:00:00.000Z/{}T23:59:59.999Z", "{}T00:00:00/{}T23:59:59"):
            with self.subTest(form=form):
                body.interval = form.format(first, last)
                self.assertSameRows(self._results(session, body).results, expected)

    def test_the_recorded_organization_answers_what_genesys_published(self):
        fixture = "../../Sources/UsageSimulator/Fixtures/genesys-usage-query-feb2020.json"
        published = (pathlib.Path(__file__).parent / fixture).read_text()
        _, session, _ = self.start("--organization", "recorded")
        body = query(sdk.ApiUsageOrganizationQuery, "2020-02-01", "2020-02-28", ("client", "template"), "Day")
        results = self._results(session, body)
        expected = [session.api._ApiClient__deserialize(row, "ApiUsageRow") for row in json.loads(published)["results"]]
        self.assertEqual(len(expected), 128)
        self.assertSameRows(results.results, expected)

    def test_an_execution_answers_from_the_world_in_which_it_was_submitted(self):
        simulator, session, truth = self.start("--seed", "1", "--rows-a-day", "200")
        day = next(fact["day"] for fact in truth.facts("query", *truth.days_back(9)))
        body = query(sdk.ApiUsageOrganizationQuery, day, day, ("client", "template", "method"), "Day")
        before = truth.facts("query", day, day)
        execution = session(session.usage.post_usage_query, body)
        simulator.restate(day)
        after = truth.facts("query", day, day)
        self.assertNotEqual(before, after)
        for facts, results in [(before, self._read(session, execution)), (after, self._results(session, body))]:
            rows = fold(facts, ["client", "template", "method"], "Day")
            self.assertSameRows(results.results, [usage_row(row, truth) for row in rows])

    def _results(self, session, body):
        execution = session(session.usage.post_usage_query, body)
        self.assertIn(session.status, (200, 202))
        self.assertEqual(execution.results_uri, f"/api/v2/usage/query/{execution.execution_id}/results")
        return self._read(session, execution)

    def _read(self, session, execution):
        results = session.complete(session.usage.get_usage_query_execution_id_results, execution.execution_id)
        self.assertEqual((results.query_status, results.cursors), ("Complete", None))
        return results


class ClientQueryTests(ConformanceCase):
    def test_every_row_of_each_client_is_the_truth(self):
        shapes = [(by, granularity) for by, granularity in SHAPES if "user" not in by]
        for world in WORLDS:
            _, session, truth = self.start(*world)
            first, last = truth.days_back(15)
            clients = [client for client in truth.clients.values() if not client["isBuiltIn"]]
            for client in clients[:2] + clients[-1:]:
                facts = truth.facts("query", first, last, client["id"])
                for by, granularity in shapes + [(("organization", "template", "method"), "Day")]:
                    with self.subTest(world=world, client=client["name"], by=by, granularity=granularity):
                        body = query(sdk.ApiUsageClientQuery, first, last, by, granularity)
                        results = self._results(session, client["id"], body)
                        expected = [usage_row(row, truth) for row in fold(facts, by, granularity)]
                        self.assertSameRows(results.results, expected)

    def test_a_client_is_used_in_several_organizations_and_at_home_as_the_organization_query_says(self):
        _, session, truth = self.start("--seed", "2", "--clients", "3", "--rows-a-day", "150")
        first, last = truth.days_back(9)
        client = next(iter(truth.clients))
        body = query(sdk.ApiUsageClientQuery, first, last, ("organization", "template", "method"), "Day")
        rows = self._results(session, client, body).results
        self.assertGreater(len({row.organization_id for row in rows}), 1)
        at_home = [row for row in rows if row.organization_id == truth.organization["id"]]
        facts = [fact for fact in truth.facts("query", first, last) if fact["client"] == client]
        expected = [usage_row(row, truth) for row in fold(facts, ["organization", "template", "method"], "Day")]
        self.assertSameRows(at_home, expected)

    def test_both_classes_of_the_sdk_ask_the_same(self):
        _, session, truth = self.start("--seed", "2")
        client = next(iter(truth.clients))
        first, last = truth.days_back(10)
        body = query(sdk.ApiUsageClientQuery, first, last, ("template",))
        rows = self._results(session, client, body).results
        execution = session(session.oauth.post_oauth_client_usage_query, client, body)
        read = session.oauth.get_oauth_client_usage_query_result
        self.assertSameRows(session.complete(read, execution.execution_id, client).results, rows)

    def test_a_summary_tells_the_newest_days(self):
        _, session, truth = self.start("--seed", "2", "--clients", "3", "--rows-a-day", "150")
        client = next(iter(truth.clients))
        for options, days in [({}, 7), ({"days": "1"}, 1), ({"days": "20"}, 20)]:
            with self.subTest(days=days):
                execution = session(session.usage.get_oauth_client_usage_summary, client, **options)
                results = self._read(session, client, execution)
                facts = truth.facts("query", *truth.days_back(days), client)
                expected = fold(facts, ["client", "template", "method"], "Day")
                self.assertSameRows(results.results, [usage_row(row, truth) for row in expected])

    def test_the_days_of_a_summary_go_as_text(self):
        simulator, session, truth = self.start()
        client = next(iter(truth.clients))
        session(session.usage.get_oauth_client_usage_summary, client, days="12")
        self.assertEqual(simulator.ledger()[-1]["query"], "days=12")
        for days in ("0", "-1", "twelve"):
            with self.subTest(days=days):
                _, body = session.refused(session.usage.get_oauth_client_usage_summary, client, days=days)
                self.assertEqual((body.status, body.code), (400, "bad.request"))

    def _results(self, session, client, body):
        return self._read(session, client, session(session.usage.post_oauth_client_usage_query, client, body))

    def _read(self, session, client, execution):
        self.assertIn(session.status, (200, 202))
        self.assertEqual(
            execution.results_uri, f"/api/v2/oauth/clients/{client}/usage/query/results/{execution.execution_id}"
        )
        read = session.usage.get_oauth_client_usage_query_result
        results = session.complete(read, execution.execution_id, client)
        self.assertEqual((results.query_status, results.cursors), ("Complete", None))
        return results
