"""What the views that compare datasets must answer."""

from stored import names, source_of
from table import view
from world import COUNTERS, PER_CLIENT, STORED

COMPARED = (
    ("organization_query", "client_query"),
    ("organization_query", "simplesearch"),
    ("organization_query", "organization_jobs"),
    ("client_query", "client_jobs"),
)


def groups(world, organization):
    """Which clients and stated names hang together by names: a name belongs to all that ever bore it."""
    group = {key: {key} for key in world.clients if key[0] == organization}
    bearers = names(world, organization)
    for key in group:
        if key[2]:
            bearers.setdefault(key[2], set()).add(key)
    for keys in bearers.values():
        merged = set().union(*(group[key] for key in keys))
        for key in merged:
            group[key] = merged
    return group


def described(world, keys):
    ids = sorted(key[1] for key in keys if key[1])
    return (
        ids[0] if len(ids) == 1 else "", " / ".join(sorted({world.clients[key]["name"] for key in keys})), len(ids) > 1)


def compared_lines(world):
    """One line an organization, comparison, day that both sides have, and client or group of clients."""
    for left, right in COMPARED:
        days = {}
        for (organization, dataset, client_id, usage_date), line in world.coverage.items():
            other = (organization, left, client_id if left in PER_CLIENT else "", usage_date)
            if dataset == right and line["state"] in STORED:
                if world.coverage.get(other, line | {"state": ""})["state"] in STORED:
                    days.setdefault((organization, usage_date), []).append(client_id)
        for (organization, usage_date), stored in days.items():
            grouped = groups(world, organization)
            sides = {}
            for key, fact in world.facts.items():
                if key[0] != organization or key[1] not in (left, right) or key[2] != usage_date:
                    continue
                if right == "client_query" and key[1] == right and key[4] not in ("", organization):
                    continue
                members = frozenset(grouped[key[3]]) if right == "simplesearch" else frozenset([key[3]])
                side = sides.setdefault(members, {left: [0] * len(COUNTERS), right: [0] * len(COUNTERS)})
                side[key[1]] = [a + b for a, b in zip(side[key[1]], fact["counts"])]
            for members, side in sides.items():
                client_id, name, ambiguous = described(world, members)
                states = [
                    world.coverage.get(
                        (organization, dataset, client_id if dataset in PER_CLIENT else "", usage_date), {}
                    ).get("state") for dataset in (left, right)]
                is_compared = all(state in STORED for state in states)
                differing = [
                    name for name, one, other in zip(COUNTERS, side[left], side[right]) if one != other
                ] if is_compared else []
                counts_all = right in ("organization_jobs", "client_jobs")
                yield dict(
                    source=source_of(world, organization), usage_date=usage_date, comparison=f"{left}/{right}",
                    client=(client_id, name, ambiguous), left=side[left], right=side[right], is_compared=is_compared,
                    differing=", ".join(differing),
                    is_expected=counts_all and all(a <= b for a, b in zip(side[left], side[right])),
                    is_provisional="provisional" in states, asked=len(stored) if right in PER_CLIENT else None)


@view("source organization_id organization_name usage_date comparison client_id client_name ambiguous_name "
      "left_requests right_requests difference differing is_expected explanation is_provisional "
      + " ".join(f"left_{name} right_{name}" for name in COUNTERS[1:]))
def reconciliation(world):
    for line in compared_lines(world):
        if not line["differing"]:
            continue
        # The world has no comparison with a dataset that counts all requests: nothing else explains a difference.
        explanation = "a side is provisional: it may still change" if line["is_provisional"] else ""
        left, right = line["left"], line["right"]
        yield (
            line["source"].name, line["source"].organization, line["source"].organization_name, line["usage_date"],
            line["comparison"], *line["client"], left[0], right[0], right[0] - left[0], line["differing"],
            line["is_expected"], explanation, line["is_provisional"],
            *(value for pair in zip(left[1:], right[1:]) for value in pair))


@view("source organization_id organization_name usage_date comparison compared_clients differences "
      "unexpected_differences left_requests right_requests uncompared_clients uncompared_left_requests "
      "uncompared_right_requests is_provisional")
def reconciliation_day(world):
    days = {}
    for line in compared_lines(world):
        days.setdefault((line["source"], line["usage_date"], line["comparison"]), []).append(line)
    for (source, usage_date, comparison), lines in days.items():
        def total(side, is_compared):
            return sum(line[side][0] for line in lines if line["is_compared"] == is_compared)
        yield (
            source.name, source.organization, source.organization_name, usage_date, comparison,
            len(lines) if lines[0]["asked"] is None else lines[0]["asked"],
            sum(bool(line["differing"]) for line in lines),
            sum(bool(line["differing"]) and not line["is_expected"] for line in lines),
            total("left", True), total("right", True), sum(not line["is_compared"] for line in lines),
            total("left", False), total("right", False), any(line["is_provisional"] for line in lines))
