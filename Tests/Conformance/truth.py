"""What an answer must hold, folded here from the finest facts, so that the simulator's own grouping is tested too."""

import collections
import datetime

COUNTERS = ("status_200", "status_300", "status_400", "status_500", "status_429")
# Each dimension with the simulator's name for it, and that of the member that tells it.
DIMENSIONS = {
    "client": ("oauthClient", "clientId"),
    "organization": ("organization", "organizationId"),
    "user": ("user", "userId"),
    "template": ("templateURI", "templateUri"),
    "method": ("httpMethod", "httpMethod"),
    "platform": ("platform", "platform"),
}


class Row(dict):
    """One row of truth by column; what was not grouped by is missing, `day` too."""

    @property
    def requests(self):
        """The sum of the four classes, for 429 is a part of 400."""
        return sum(self[name] for name in ("status_200", "status_300", "status_400", "status_500"))


class Truth:
    """The facts of one simulator's world."""

    def __init__(self, simulator):
        self._simulator = simulator
        world = simulator.world()
        self.organization = world["organization"]
        self.clients = {client["id"]: client for client in world["clients"]}
        self.users = world["users"]
        self.calling_organizations = world["callingOrganizations"]
        self.platforms = world["platforms"]
        self.templates = world["templateURIs"]
        self.newest_day = datetime.date.fromisoformat(world["newestDay"])

    def days_back(self, count):
        """The newest days as (first, last)."""
        return self.newest_day - datetime.timedelta(days=count - 1), self.newest_day

    def facts(self, family, first, last, client=None):
        """Every fact of these days, one client's only or all that were made to the organization.

        The family is `query` for the older endpoints, `jobs` for the newer ones.
        """
        question = {
            "dataset": ("organization_" if client is None else "client_") + family,
            "from": first.isoformat(),
            "through": last.isoformat(),
            "by": [dimension for dimension, _ in DIMENSIONS.values()],
        }
        if client is not None:
            question["client"] = client
        return [_fact(row) for row in self._simulator.truth(**question)]


def _fact(row):
    fact = Row(day=datetime.date.fromisoformat(row["date"]))
    for dimension, (_, member) in DIMENSIONS.items():
        fact[dimension] = row[member]
    for name in COUNTERS:
        fact[name] = row[name.replace("_", "")]
    return fact


def fold(facts, by, granularity=None, **selected):
    """Sums facts by dimensions and buckets.

    `selected` names the values to keep of a dimension; nothing else is kept.
    """
    sums = collections.defaultdict(lambda: [0] * len(COUNTERS))
    for fact in facts:
        if all(fact[dimension] in values for dimension, values in selected.items()):
            key = (_bucket(fact["day"], granularity), *(fact[dimension] for dimension in by))
            sums[key] = [total + fact[name] for total, name in zip(sums[key], COUNTERS)]
    rows = []
    for (day, *values), totals in sums.items():
        row = Row(zip(by, values))
        row.update(zip(COUNTERS, totals))
        if day is not None:
            row["day"] = day
        rows.append(row)
    return rows


def _bucket(day, granularity):
    match granularity:
        case None:
            return None
        case "Day":
            return day
        case "Week":
            return day - datetime.timedelta(days=day.weekday())
        case "Month":
            return day.replace(day=1)
    raise ValueError(granularity)
