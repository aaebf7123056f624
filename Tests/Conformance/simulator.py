"""A running `usage-simulator` and what it says of itself below /simulator/."""

import json
import os
import re
import subprocess
import tempfile
import urllib.parse
import urllib.request


class Simulator:
    """The executable that USAGE_SIMULATOR names, on a free port, until the `with` block ends."""

    def __init__(self, *arguments):
        self._arguments = arguments

    def __enter__(self):
        executable = os.environ.get("USAGE_SIMULATOR")
        if not executable:
            raise RuntimeError("USAGE_SIMULATOR must name the usage-simulator that swift build made")
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [executable, "--port", "0", *self._arguments], stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        greeting = ""
        # The address comes first, the source for usaged.yaml last.
        while "start-date:" not in greeting:
            line = self._process.stdout.readline()
            if not line:
                status = self._process.wait()
                self._log.seek(0)
                raise RuntimeError(f"usage-simulator ended with status {status}: {self._log.read().decode()}")
            greeting += line
        self.address = _said(r"Listening on (\S+)", greeting)
        self.client_id = _said(r"client id +(\S+)", greeting)
        self.client_secret = _said(r"client secret +(\S+)", greeting)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=10)
        self._process.stdout.close()
        self._log.close()

    def world(self):
        """What the organization is made of."""
        return self._control("world")

    def ledger(self):
        """Every request of the API so far."""
        return self._control("ledger")

    def truth(self, **question):
        """What a dataset must hold, in a shape that is no endpoint's."""
        return self._control("truth", question)

    def restate(self, day):
        self._control("restate", {"day": day}, method="POST")

    def _control(self, path, query=None, method="GET"):
        url = f"{self.address}/simulator/{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query, doseq=True)
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return json.load(answer)


def _said(pattern, greeting):
    match = re.search(pattern, greeting)
    if not match:
        raise RuntimeError(f"usage-simulator did not say “{pattern}” but “{greeting}”")
    return match.group(1)
