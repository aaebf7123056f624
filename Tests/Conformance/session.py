"""The official SDK, pointed at a simulator.

To run all tests by hand, install requirements.txt into a virtual environment and call its Python with
    USAGE_SIMULATOR=$(swift build --show-bin-path)/usage-simulator python -B -m unittest discover -s Tests/Conformance
"""

import atexit
import collections
import json
import os
import tempfile
import unittest
import urllib.parse

# The SDK reads ~/.genesyscloudpython when it is imported, and watches that folder; nobody's settings may take part.
_home = tempfile.TemporaryDirectory()
atexit.register(_home.cleanup)
os.environ["HOME"] = _home.name

import PureCloudPlatformClientV2 as sdk  # noqa: E402
from PureCloudPlatformClientV2.rest import ApiException  # noqa: E402

from simulator import Simulator  # noqa: E402
from truth import Truth  # noqa: E402
from wire import differences, flat  # noqa: E402


class Session:
    """The SDK with a token of one simulator. Each raw answer is compared with the SDK's models on its way."""

    def __init__(self, simulator, case):
        self._case = case
        self.api = sdk.ApiClient(host=simulator.address)
        self.api.get_client_credentials_token(simulator.client_id, simulator.client_secret)
        self.usage = sdk.UsageApi(self.api)
        self.oauth = sdk.OAuthApi(self.api)
        self.organization = sdk.OrganizationApi(self.api)

    def __call__(self, operation, *arguments, **options):
        """Runs an operation; its answer must be exactly what the SDK declares."""
        decoded = operation(*arguments, **options)
        response = self.api.last_response
        raw = json.loads(response.data)
        self._case.assertEqual(list(differences(raw, type(decoded).__name__)), [], "an answer differs from its model")
        self._case.assertEqual(response.getheader("Content-Type").split(";")[0], "application/json")
        for name in ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset"):
            self._case.assertTrue(response.getheader(name).isdigit(), name)
        self._case.assertRegex(response.getheader("ININ-Correlation-Id"), "^[0-9a-f-]{36}$")
        return decoded

    @property
    def status(self):
        """The HTTP status of the last answer that was no error."""
        return self.api.last_response.status

    def complete(self, read, *arguments, **options):
        """Reads an execution until it is neither queued nor running."""
        for _ in range(10):
            results = self(read, *arguments, **options)
            if results.query_status not in ("Queued", "Running"):
                return results
            self._case.assertEqual(set(json.loads(self.api.last_response.data)), {"queryStatus"})
        self._case.fail(f"still {results.query_status}")

    def refused(self, operation, *arguments, **options):
        """The exception that an operation must raise, and its body as the SDK decodes it."""
        with self._case.assertRaises(ApiException) as caught:
            operation(*arguments, **options)
        error = caught.exception
        wrong = list(differences(json.loads(error.body), "ErrorBody"))
        self._case.assertEqual(wrong, [], "an error differs from its model")
        body = self.api.deserialize(_ErrorAnswer(error), "ErrorBody")
        self._case.assertEqual(body.status, error.status)
        self._case.assertEqual(body.context_id, error.headers["ININ-Correlation-Id"])
        self._case.assertEqual((body.details, body.errors), ([], []))
        self._case.assertTrue(body.message)
        return error, body


class _ErrorAnswer:
    """An exception in the shape of the answers that the SDK decodes."""

    def __init__(self, error):
        self.data = error.body
        self._headers = error.headers

    def getheader(self, name):
        return self._headers.get(name)


class ConformanceCase(unittest.TestCase):
    """A test that runs simulators and drives the SDK against them."""

    def start(self, *arguments):
        """A simulator that runs until the test ends, the SDK's session with it, and its truth."""
        simulator = self.enterContext(Simulator(*arguments))
        return simulator, Session(simulator, self), Truth(simulator)

    def search_pages(self, session, body, size):
        """Every page of a search, each under a cursor of its own."""
        execution = session(session.usage.post_usage_simplesearch, body)
        self.assertEqual(execution.results_uri, f"/api/v2/usage/simplesearch/{execution.execution_id}/results")
        read = session.usage.get_usage_simplesearch_execution_id_results
        options = {"page_size": size} if size else {}
        pages, cursors = [], set()
        while True:
            page = session.complete(read, execution.execution_id, **options)
            self.assertEqual(page.query_status, "Complete")
            pages.append(page.results)
            if not page.cursors or not page.cursors.after:
                return pages
            self.assertNotIn(page.cursors.after, cursors)
            cursors.add(page.cursors.after)
            options["after"] = page.cursors.after

    def job_entities(self, session, read, job, size=1_000):
        """The entities of every page of a job, as the `nextUri`s lead from one to the next."""
        self.assertEqual(job.results_uri, job.self_uri)
        self.assertTrue(job.self_uri.endswith("/" + job.id))
        options = {"page_size": size} if size else {}
        entities = []
        while True:
            page = session.complete(read, **options)
            self.assertEqual((page.query_status, page.error_body, session.status), ("Succeeded", None, 200))
            self.assertEqual(page.self_uri, job.self_uri)
            entities += page.entities
            if page.next_uri is None:
                return entities
            self.assertEqual(len(page.entities), size or 100)
            parts = urllib.parse.urlsplit(page.next_uri)
            self.assertEqual((parts.scheme, parts.netloc, parts.path), ("", "", job.self_uri))
            following = dict(urllib.parse.parse_qsl(parts.query))
            options = {"after": following.pop("after"), "page_size": int(following.pop("pageSize"))}
            self.assertEqual((options["page_size"], following), (size or 100, {}))

    def assertSameRows(self, answered, expected):
        """Compares decoded objects by every attribute and its type; order does not count, repetition does."""
        missing = collections.Counter(map(flat, expected))
        missing.subtract(map(flat, answered))
        surplus = -missing
        missing = +missing
        if not missing and not surplus:
            return
        self.fail(
            f"{len(answered)} rows instead of {len(expected)}; {missing.total()} are missing, for example\n"
            f"{next(iter(missing), None)}\n"
            f"{surplus.total()} are none of the truth, for example\n{next(iter(surplus), None)}"
        )
