"""What the warehouse must hold after everything that world.json tells has happened.

Written from the words of the product, not from its SQL, and with nothing but the standard library. answers.py computes
from it what every view must answer.
"""

import json
import pathlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

COUNTERS = ("requests", "status_200", "status_300", "status_400", "status_429", "status_500")
CHANNELS = ("sms", "whatsapp", "email", "sage")
PER_CLIENT = ("client_query", "client_summary", "client_jobs")
SETTLE_AFTER = timedelta(hours=48)
DAY = timedelta(days=1)
STORED = ("provisional", "covered")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def day(text):
    """02-20 of the world's year."""
    return date.fromisoformat("2025-" + text)


def span(text):
    """Every day of 02-01..02-28, or of 02-20 alone."""
    first, _, last = text.partition("..")
    first, last = day(first), day(last or first)
    return [first + DAY * n for n in range((last - first).days + 1)]


def counters(fields):
    s200, s300, s400, s429, s500 = (int(field) for field in fields)
    return (s200 + s300 + s400 + s500, s200, s300, s400, s429, s500)


class Source:
    def __init__(self, told):
        self.name = told["name"]
        self.kind = told["kind"]
        self.organization = told["organization"]
        self.organization_name = told["organization_name"]
        self.time_zone = told["time_zone"]
        self.offset = timedelta(hours=told.get("utc_offset_hours", 0))
        self.own_client = told["own_client"]
        self.primary = told["primary"]
        self.start = {dataset: date.fromisoformat(first) for dataset, first in told["datasets"].items()}
        self.asked = []

    def clients_of(self, dataset):
        """What a day is owed for once each: '' where the dataset is not asked client by client."""
        return (self.asked or [""]) if dataset in PER_CLIENT else [""]


class World:
    def __init__(self, path=pathlib.Path(__file__).with_name("world.json")):
        told = json.loads(path.read_text(), parse_float=Decimal)
        self.now = moment(told["now"])
        self.sources = {source["name"]: Source(source) for source in told["sources"]}
        self.facts = {}  # (organization, dataset, day, client, caller, uri, method, platform) -> line
        self.journal = []
        self.coverage = {}  # (organization, dataset, client id, day) -> line
        self.clients = {}  # (organization, client id, stated name) -> line
        self.history = []
        self.summaries = []
        self.limits = []
        self.requests = []
        self.units = {}  # (organization, day, channel) -> line
        self.unit_journal = []
        self.months = []
        self.entered = told["entered"]
        for event in told["events"]:
            getattr(self, "do_" + event["do"])(event, self.sources[event["source"]])

    def today(self, source):
        return (self.now + source.offset).date()

    # What happens

    def do_listing(self, event, source):
        at = moment(event["at"])
        for (organization, client_id, stated), client in self.clients.items():
            if organization == source.organization and client["is_listed"] and client_id not in event["clients"]:
                client.update(is_listed=False, name=client["usage_name"] or client["name"], changed=at)
        for client_id, name in event["clients"].items():
            client = self.client(source.organization, client_id, "", at)
            listed = dict(name=name, is_listed=True, state="active", grant="CLIENT-CREDENTIALS")
            if any(client[key] != value for key, value in listed.items()):
                client.update(listed, changed=at)
        self.keep_history(source.organization, at)

    def do_store(self, event, source):
        at, dataset, client_id = moment(event["at"]), event["dataset"], event.get("client", "")
        answer = {}
        for row in event["rows"]:
            days, client, method, uri, *rest = row.split()
            more = dict(field.split("=") for field in rest[5:])
            for usage_date in span(days):
                stated = client.strip("'").replace("_", " ") if client.startswith("'") else ""
                key = (source.organization, "" if stated else client, stated)
                name = stated or event.get("names", {}).get(client, "")
                self.meet(key, name, usage_date, at)
                answer[
                    (source.organization, dataset, usage_date, key, more.get("caller", ""), uri, method,
                     more.get("platform", ""))
                ] = counters(rest[:5])
        self.keep_history(source.organization, at)
        days = span(event["days"])
        for usage_date in days:
            self.replace_day(source, dataset, client_id, usage_date, at, answer)
        for usage_date in days:
            rows = sum(1 for key in answer if key[2] == usage_date)
            self.cover(source, dataset, client_id, usage_date, at, rows)

    def replace_day(self, source, dataset, client_id, usage_date, at, answer):
        before = self.coverage.get((source.organization, dataset, client_id, usage_date))
        held = {
            key for key in self.facts
            if key[:3] == (source.organization, dataset, usage_date) and client_id in ("", key[3][1])
        }
        stated = {key for key in answer if key[2] == usage_date}
        for key in held | stated:
            old, new = self.facts.get(key), answer.get(key)
            if old and old["counts"] == new:
                continue
            if before and before["fetched_at"]:
                self.journal.append(dict(
                    key=key, old=old and old["counts"], new=new, at=at, first=old and old["first"],
                    old_fetched_at=before["fetched_at"]))
            if new is None:
                del self.facts[key]
            else:
                self.facts[key] = dict(counts=new, first=old["first"] if old else at, changed=at)

    def do_fail(self, event, source):
        at = moment(event["at"])
        for usage_date in span(event["days"]):
            self.coverage[(source.organization, event["dataset"], event.get("client", ""), usage_date)] = dict(
                state="failed", rows=None, fetched_at=None, error=event["because"], next=at + timedelta(hours=1))

    def do_unavailable(self, event, source):
        for usage_date in span(event["days"]):
            self.coverage[(source.organization, event["dataset"], event["client"], usage_date)] = dict(
                state="unavailable", rows=None, fetched_at=None, error=event["because"], next=moment(event["until"]))

    def do_ask(self, event, source):
        source.asked = event["clients"]

    def do_summary(self, event, source):
        at, as_of = moment(event["at"]), day(event["as_of"])
        key = (source.organization, event["client"], "")
        self.meet(key, "", as_of, at)
        for row in event["rows"]:
            days, _, method, uri, *rest = row.split()
            self.summaries.append(dict(
                source=source, client=key, as_of=as_of, days=event["over"],
                usage_date=None if days == "all" else day(days), uri=uri.strip("'"), method=method.strip("'"),
                counts=counters(rest)))
        self.cover(source, "client_summary", event["client"], as_of, at, len(event["rows"]))
        # A snapshot is of its moment: nothing of it may still change.
        self.coverage[(source.organization, "client_summary", event["client"], as_of)]["state"] = "covered"

    def do_limits(self, event, source):
        for key, value in event["limits"].items():
            self.limits.append((source, day(event["day"]), key, value))

    def do_requests(self, event, source):
        self.requests.append((source, day(event["day"]), event["requests"], event["throttled"]))

    def do_units(self, event, source):
        at = moment(event["at"])
        for usage_date in span(event["days"]):
            before = self.coverage.get((source.organization, "channel_usage", "", usage_date))
            for channel, units in zip(CHANNELS, event["units"]):
                key = (source.organization, usage_date, channel)
                old = self.units.get(key)
                if old and old["units"] == units:
                    continue
                if old:
                    self.unit_journal.append(dict(
                        key=key, old=old["units"], new=units, first=old["first"], at=at,
                        old_fetched_at=before["fetched_at"]))
                self.units[key] = dict(units=units, first=old["first"] if old else at, changed=at)
            self.cover(source, "channel_usage", "", usage_date, at, len(CHANNELS))

    def do_month(self, event, source):
        first = date.fromisoformat(event["month"] + "-01")
        for channel, units in zip(CHANNELS, event["units"]):
            summed = sum(
                line["units"] for (_, usage_date, name), line in self.units.items()
                if name == channel and (usage_date.year, usage_date.month) == (first.year, first.month))
            self.months.append((source, first, channel, units, summed, moment(event["at"])))

    # What that means

    def cover(self, source, dataset, client_id, usage_date, at, rows):
        ended = datetime.combine(usage_date + DAY, datetime.min.time(), timezone.utc) - source.offset
        self.coverage[(source.organization, dataset, client_id, usage_date)] = dict(
            state="covered" if at > ended + SETTLE_AFTER else "provisional",
            rows=rows, fetched_at=at, error="", next=None)

    def client(self, organization, client_id, stated, at):
        return self.clients.setdefault((organization, client_id, stated), dict(
            name=stated, usage_name="", seen_on=None, is_listed=False, state="", grant="", first_seen=at, changed=at))

    def meet(self, key, name, usage_date, at):
        """A usage row names a client; the newest day that states a name tells the name of one that is not listed."""
        client = self.client(*key, at)
        if name and not key[2] and (client["seen_on"] is None or client["seen_on"] < usage_date):
            client.update(usage_name=name, seen_on=usage_date)
            if not client["is_listed"] and client["name"] != name:
                client.update(name=name, changed=at)

    def keep_history(self, organization, at):
        for key, client in self.clients.items():
            if key[0] != organization or key[2]:
                continue
            state = (client["name"], client["state"], client["is_listed"])
            current = next((line for line in self.history if line["key"] == key and line["to"] is None), None)
            if current and current["state"] == state:
                continue
            if current:
                current["to"] = at
            self.history.append(dict(key=key, state=state, since=at, to=None))
