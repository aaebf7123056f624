"""What the views of questions must answer, from the stored facts of each organization's primary dataset."""

from datetime import timedelta

from stored import is_ambiguous
from table import percent, view
from world import COUNTERS, DAY, STORED

COUNTS = " ".join(COUNTERS)
PERCENTS = "status_400_percent status_429_percent status_500_percent"
SIGNS = {"covered": "#", "provisional": "+", "gap": ".", "failed": "X", "unavailable": "-"}


def next_month(first):
    return (first + timedelta(days=31)).replace(day=1)


def days_of(first, end):
    return [first + DAY * n for n in range((end - first).days)]


def months(first, last):
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)


class Primary:
    """The primary dataset of one organization, by day."""

    def __init__(self, world, source):
        self.world = world
        self.source = source
        self.today = world.today(source)
        self.facts = {
            key: fact["counts"] for key, fact in world.facts.items()
            if key[:2] == (source.organization, source.primary) and key[2] < self.today}
        self.start = source.start[source.primary]
        self.heading = (source.organization, source.organization_name)

    def state(self, usage_date):
        return self.world.coverage.get(
            (self.source.organization, self.source.primary, "", usage_date), {"state": "gap"})["state"]

    def is_stored(self, usage_date):
        return self.state(usage_date) in STORED

    def stored(self, days):
        return [usage_date for usage_date in days if self.is_stored(usage_date)]

    def clients_unavailable(self, days):
        """On how many clients' days nothing is known."""
        return sum(
            self.world.coverage.get((self.source.organization, self.source.primary, client, usage_date), {})
            .get("state") == "unavailable"
            for client in self.source.clients_of(self.source.primary) for usage_date in days)

    def sum(self, days, matches=lambda key: True):
        """Counters of these days; None when none of them is stored."""
        days = set(self.stored(days))
        lines = [counts for key, counts in self.facts.items() if key[2] in days and matches(key)]
        return tuple(map(sum, zip(*lines))) if lines else (0,) * len(COUNTERS) if days else None

    def grouped(self, days, group):
        """Facts of these days by what tells them apart: group -> day -> counters."""
        groups = {}
        for key, counts in self.facts.items():
            if key[2] in days:
                by_day = groups.setdefault(group(key), {})
                by_day[key[2]] = tuple(map(sum, zip(counts, by_day.get(key[2], (0,) * len(COUNTERS)))))
        return groups

    def months(self):
        """(month, is_current, days that have ended)."""
        for month in months(self.start, self.today - DAY):
            yield month, month == self.today.replace(day=1), days_of(month, min(next_month(month), self.today))

    def named(self, client):
        return client[1], self.world.clients[client]["name"]

    def flags(self, client):
        return client[1] != "" and client[1] == self.source.own_client, is_ambiguous(self.world, client)


def primaries(world):
    return [Primary(world, source) for source in world.sources.values() if source.primary != "channel_usage"]


def total(by_day):
    return tuple(map(sum, zip(*by_day.values())))


def shares(counts):
    return tuple(percent(counts[n], counts[0]) for n in (3, 4, 5))


def throttled_days(by_day):
    return sorted(usage_date for usage_date, counts in by_day.items() if counts[4])


@view("organization_id organization_name source dataset month is_current last_day days_in_period days_stored "
      f"days_provisional is_complete {COUNTS} {PERCENTS} month_before_last_day month_before_days_stored "
      "month_before_is_complete month_before_requests change change_percent clients_unavailable")
def usage_by_month(world):
    for primary in primaries(world):
        for month, is_current, days in primary.months():
            former = (month - DAY).replace(day=1)
            before = days_of(former, min(former + DAY * len(days), month) if is_current else month)
            counts, counts_before = primary.sum(days), primary.sum(before)
            stored, stored_before = primary.stored(days), primary.stored(before)
            is_fair = len(stored) == len(days) and len(stored_before) == len(before)
            change = counts[0] - counts_before[0] if is_fair else None
            yield (
                *primary.heading, primary.source.name, primary.source.primary, month, is_current, days[-1], len(days),
                len(stored), sum(primary.state(usage_date) == "provisional" for usage_date in stored),
                len(stored) == len(days), *counts, *shares(counts), before[-1], len(stored_before),
                len(stored_before) == len(before), counts_before and counts_before[0], change,
                percent(change, counts_before and counts_before[0]), primary.clients_unavailable(days))


def ranked(world, group):
    """Each month's groups: heading, place by requests, days, share of the month, and when there were 429."""
    for primary in primaries(world):
        for month, is_current, days in primary.months():
            stored = primary.stored(days)
            groups = primary.grouped(days, group)
            sums = {key: total(by_day) for key, by_day in groups.items()}
            everything = sum(counts[0] for counts in sums.values())
            for key, by_day in groups.items():
                counts, throttled = sums[key], throttled_days(by_day)
                rank = 1 + sum(other[0] > counts[0] for other in sums.values())
                yield (
                    primary, key,
                    (*primary.heading, month, is_current, len(days), len(stored), len(stored) == len(days)),
                    rank, by_day, counts, percent(counts[0], everything),
                    (len(by_day), min(by_day), max(by_day), len(throttled), min(throttled, default=None),
                     max(throttled, default=None)))


MONTH = "organization_id organization_name month is_current days_in_period days_stored is_complete"
DAYS = "days_used first_day last_day days_with_429 first_day_with_429 last_day_with_429"


@view(f"{MONTH} rank client_id client_name requests share_percent {' '.join(COUNTERS[1:])} {PERCENTS} {DAYS} is_own "
      "ambiguous_name")
def client_by_month(world):
    for primary, client, heading, rank, _, counts, share, days in ranked(world, lambda key: key[3]):
        yield (
            *heading, rank, *primary.named(client), counts[0], share, *counts[1:], *shares(counts), *days,
            *primary.flags(client))


@view(f"{MONTH} rank template_uri http_method platform requests share_percent {' '.join(COUNTERS[1:])} {PERCENTS} "
      f"{DAYS}")
def endpoint_by_month(world):
    for _, endpoint, heading, rank, _, counts, share, days in ranked(world, lambda key: key[5:]):
        yield (*heading, rank, *endpoint, counts[0], share, *counts[1:], *shares(counts), *days)


@view(f"{MONTH} client_id client_name template_uri http_method platform requests status_400 status_429 status_500 "
      f"{PERCENTS} last_day first_day_with_429 is_own ambiguous_name")
def client_endpoint_by_month(world):
    for primary, pair, heading, _, by_day, counts, _, _ in ranked(world, lambda key: (key[3], key[5:])):
        client, endpoint = pair
        yield (
            *heading, *primary.named(client), *endpoint, counts[0], *counts[3:], *shares(counts), max(by_day),
            min(throttled_days(by_day), default=None), *primary.flags(client))


def compared(primary, usage_date, matches=lambda key: True):
    """Requests of a day beside those of the day before and a week before; what is not stored is None."""
    counts = [primary.sum([usage_date - DAY * n], matches) for n in (0, 1, 7)]
    requests, before, week = (line and line[0] for line in counts)
    answer = []
    for other in (before, week):
        change = None if requests is None or other is None else requests - other
        answer += [other, change, percent(change, other)]
    return counts[0], answer


COMPARED = "day_before_requests day_before_change day_before_change_percent week_before_requests week_before_change " \
    "week_before_change_percent"


@view(f"organization_id organization_name source dataset usage_date state {COUNTS} {COMPARED} "
      "clients_unavailable")
def usage_by_day(world):
    for primary in primaries(world):
        for usage_date in days_of(primary.start, primary.today):
            counts, comparison = compared(primary, usage_date)
            yield (
                *primary.heading, primary.source.name, primary.source.primary, usage_date, primary.state(usage_date),
                *(counts or (None,) * len(COUNTERS)), *comparison, primary.clients_unavailable([usage_date]))


@view(f"organization_id organization_name usage_date state client_id client_name requests status_429 {COMPARED} is_own "
      "ambiguous_name")
def client_by_day(world):
    for primary in primaries(world):
        for usage_date in days_of(primary.start, primary.today):
            for client in primary.grouped({usage_date - DAY * n for n in (0, 1, 7)}, lambda key: key[3]):
                counts, comparison = compared(primary, usage_date, lambda key, client=client: key[3] == client)
                yield (
                    *primary.heading, usage_date, primary.state(usage_date), *primary.named(client),
                    counts and counts[0], counts and counts[4], *comparison, *primary.flags(client))


@view("organization_id organization_name client_id client_name activity first_day last_day days_used days_silent "
      "requests is_listed state created_at newest_day is_own ambiguous_name")
def client_activity(world):
    for primary in primaries(world):
        stored = primary.stored(days_of(primary.start, primary.today))
        used = primary.grouped(stored, lambda key: key[3])
        for key, client in world.clients.items():
            if key[0] != primary.source.organization or not (client["state"] or key in used):
                continue
            by_day = used.get(key, {})
            first, last = min(by_day, default=None), max(by_day, default=None)
            silent = sum(usage_date > last for usage_date in stored) if last else None
            if client["state"] and not client["is_listed"] or (silent or 0) >= 30:
                activity = "vanished"
            elif not by_day:
                activity = "idle"
            elif silent >= 7:
                activity = "silent"
            elif first in stored[-30:] and stored.index(first) >= 30:
                activity = "new"
            else:
                activity = "active"
            yield (
                *primary.heading, *primary.named(key), activity, first, last, len(by_day), silent,
                total(by_day)[0] if by_day else 0, client["is_listed"], client["state"], None, stored[-1],
                *primary.flags(key))


def throttled(primary, group):
    """Since when each group is refused: days with 429, and the present streak of days with usage that all have one."""
    for key, by_day in primary.grouped(days_of(primary.start, primary.today), group).items():
        refused = throttled_days(by_day)
        if not refused:
            continue
        streak = {}
        for usage_date in sorted(by_day, reverse=True):
            if not by_day[usage_date][4]:
                break
            streak[usage_date] = by_day[usage_date]
        counts = total(streak) if streak else None
        yield key, (
            refused[0], refused[-1], len(refused), total(by_day)[4], min(streak, default=None), len(streak),
            counts and counts[0], counts and counts[4], counts and percent(counts[4], counts[0]), max(by_day))


THROTTLED = "first_day_with_429 last_day_with_429 days_with_429 status_429 streak_first_day streak_days " \
    "streak_requests streak_status_429 streak_status_429_percent last_day"


@view(f"organization_id organization_name client_id client_name {THROTTLED} is_own ambiguous_name")
def throttled_client(world):
    for primary in primaries(world):
        for client, answer in throttled(primary, lambda key: key[3]):
            yield (*primary.heading, *primary.named(client), *answer, *primary.flags(client))


@view(f"organization_id organization_name template_uri http_method platform {THROTTLED}")
def throttled_endpoint(world):
    for primary in primaries(world):
        for endpoint, answer in throttled(primary, lambda key: key[5:]):
            yield (*primary.heading, *endpoint, *answer)


@view("organization_id organization_name sources client_id usage_date requests_sent throttled requests_counted "
      "status_429_counted difference share_percent")
def own_footprint(world):
    sent = {(source.name, usage_date): counts for source, usage_date, *counts in world.requests}
    for source in world.sources.values():
        counted = {}
        if source.own_client:
            primary = Primary(world, source)
            for usage_date in primary.stored(days_of(primary.start, primary.today)):
                mine = primary.sum([usage_date], lambda key: key[3][1] == source.own_client)
                counted[usage_date] = (mine, primary.sum([usage_date])[0])
        for usage_date in set(counted) | {usage_date for name, usage_date in sent if name == source.name}:
            requests, refused = sent.get((source.name, usage_date), (None, None))
            mine, everything = counted.get(usage_date, (None, None))
            yield (
                source.organization, source.organization_name, source.name, source.own_client, usage_date, requests,
                refused, mine and mine[0], mine and mine[4],
                mine[0] - requests if mine and requests is not None else None, mine and percent(mine[0], everything))
