"""The simple search and its pages."""

import urllib.parse

from older import COLUMNS, COUNTERS, search, search_row
from session import ConformanceCase, sdk
from truth import fold

METHODS = ["GET", "POST", "DELETE", "PATCH", "PUT", "HEAD", "CONNECT", "OPTIONS", "TRACE"]


class SearchTests(ConformanceCase):
    def test_the_pages_together_are_the_truth_whatever_their_size(self):
        for world, days in [(["--seed", "1"], 10), (["--seed", "2", "--clients", "3", "--rows-a-day", "600"], 6)]:
            _, session, truth = self.start(*world)
            first, last = truth.days_back(days)
            expected = [search_row(row, truth) for row in self._rows(truth, first, last)]
            for size in (None, 99, 1_000):
                with self.subTest(world=world, size=size):
                    pages = self.search_pages(session, search(first, last), size)
                    self.assertSameRows([row for page in pages for row in page], expected)
                    self.assertTrue(all(len(page) == (size or 100) for page in pages[:-1]))

    def test_clients_that_share_a_name_have_rows_of_their_own(self):
        _, session, truth = self.start("--seed", "1", "--shared-names", "5")
        names = [client["name"] for client in truth.clients.values()]
        shared = next(name for name in names if names.count(name) == 5)
        first, last = truth.days_back(30)
        body = search(first, last, oauth_client_names=[shared], metrics=["ClientName", "Status200"])
        (rows,) = self.search_pages(session, body, 1_000)
        self.assertEqual([(row.client_id, row.client_name) for row in rows], [("", shared)] * 5)

    def test_each_filter_keeps_what_it_names(self):
        _, session, truth = self.start("--seed", "2")
        first, last = truth.days_back(20)
        names = [client["name"] for client in truth.clients.values()]
        awkward = [name for name in names if not name.isalnum()][:6] + [""]
        templates = truth.templates[:5]
        cases = [
            ({"oauth_client_names": awkward}, {"client": _ids(truth, awkward)}),
            # Composed, and not its decomposed namesake.
            ({"oauth_client_names": ["Caf\u00e9", "null"]}, {"client": _ids(truth, ["Caf\u00e9", "null"])}),
            ({"oauth_client_names": ["Nobody"]}, {"client": []}),
            ({"http_methods": ["GET", "TRACE"]}, {"method": ["GET"]}),
            ({"http_methods": METHODS}, {}),
            ({"template_uris": templates}, {"template": templates}),
            (
                {"oauth_client_names": awkward, "http_methods": ["GET", "PUT"], "template_uris": templates},
                {"client": _ids(truth, awkward), "method": ["GET", "PUT"], "template": templates},
            ),
        ]
        for options, selected in cases:
            with self.subTest(options=options):
                pages = self.search_pages(session, search(first, last, **options), 500)
                expected = [search_row(row, truth) for row in self._rows(truth, first, last, **selected)]
                self.assertSameRows([row for page in pages for row in page], expected)

    def test_a_search_tells_the_columns_that_it_selects(self):
        _, session, truth = self.start("--seed", "2")
        first, last = truth.days_back(20)
        facts = truth.facts("query", first, last)
        for columns in (["ClientName", "Status200"], ["Date", "HttpMethod", "Status429"], ["TemplateUri"]):
            with self.subTest(columns=columns):
                pages = self.search_pages(session, search(first, last, metrics=columns), 1_000)
                by = [COLUMNS[column] for column in columns if column in COLUMNS]
                rows = fold(facts, by, "Day" if "Date" in columns else None)
                counters = [column for column in columns if column in COUNTERS] or COUNTERS
                expected = [search_row(row, truth, counters) for row in rows]
                self.assertSameRows([row for page in pages for row in page], expected)

    def test_what_only_the_other_queries_have_is_refused(self):
        _, session, truth = self.start()
        body = search(*truth.days_back(1), metrics=["Requests"])
        _, error = session.refused(session.usage.post_usage_simplesearch, body)
        self.assertEqual((error.status, error.code), (400, "invalid.value"))
        self.assertEqual(error.message_params["value"], "Requests")

    def test_cursors_need_their_encoding(self):
        simulator, session, truth = self.start("--seed", "2")
        execution = session(session.usage.post_usage_simplesearch, search(*truth.days_back(20)))
        read = session.usage.get_usage_simplesearch_execution_id_results
        first = session.complete(read, execution.execution_id, page_size=10)
        cursor = first.cursors.after
        self.assertTrue(set("+/=") <= set(cursor), cursor)
        session(read, execution.execution_id, page_size=10, after=cursor)
        query = simulator.ledger()[-1]["query"]
        self.assertIn("after=" + urllib.parse.quote(cursor, safe=""), query.split("&"))
        _, error = session.refused(read, execution.execution_id, after=cursor.replace("+", " "))
        self.assertEqual((error.status, error.code), (400, "bad.request"))

    def test_a_page_has_at_most_a_thousand_rows(self):
        _, session, truth = self.start()
        execution = session(session.usage.post_usage_simplesearch, search(*truth.days_back(1)))
        read = session.usage.get_usage_simplesearch_execution_id_results
        session.complete(read, execution.execution_id)
        for size in (0, 1_001):
            _, error = session.refused(read, execution.execution_id, page_size=size)
            self.assertEqual((error.status, error.code), (400, "bad.request"))

    def test_twenty_thousand_rows_are_all_there_are(self):
        _, session, truth = self.start("--seed", "2", "--rows-a-day", "4000")
        first, last = truth.days_back(20)
        pages = self.search_pages(session, search(first, last, metrics=["Date", *COLUMNS, "Status200"]), 1_000)
        self.assertEqual([len(page) for page in pages], [1_000] * 20)

    def _rows(self, truth, first, last, **selected):
        return fold(truth.facts("query", first, last), ["client", "template", "method"], "Day", **selected)


def _ids(truth, names):
    return [client for client, entity in truth.clients.items() if entity["name"] in names]
