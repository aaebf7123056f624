"""What the views of stored things must answer: facts, names, changes, coverage, comparisons."""

from datetime import timedelta

from table import view
from world import COUNTERS, DAY, PER_CLIENT, STORED

OLD_NEW = " ".join(f"old_{name} new_{name}" for name in COUNTERS)


def source_of(world, organization):
    return next(source for source in world.sources.values() if source.organization == organization)


def names(world, organization):
    """Every name that an OAuth client with an id is known to have borne, with those that bore it."""
    bearers = {}
    for key, client in world.clients.items():
        if key[0] == organization and not key[2]:
            for name in {client["name"], client["usage_name"]} - {""}:
                bearers.setdefault(name, set()).add(key)
    for line in world.history:
        if line["key"][0] == organization and line["state"][0]:
            bearers.setdefault(line["state"][0], set()).add(line["key"])
    return bearers


def is_ambiguous(world, client):
    return len(names(world, client[0]).get(client[2], ())) > 1 if client[2] else False


def fact_lines(world, with_dataset):
    for (organization, dataset, usage_date, client, caller, uri, method, platform), fact in world.facts.items():
        source = source_of(world, organization)
        if not with_dataset and dataset != source.primary:
            continue
        yield (
            source.name, organization, source.organization_name, *([dataset] if with_dataset else []), usage_date,
            client[1], world.clients[client]["name"], caller, "", uri, method, platform, *fact["counts"],
            fact["first"], fact["changed"], is_ambiguous(world, client))


FACT = f"client_id client_name calling_organization_id user_id template_uri http_method platform " \
    f"{' '.join(COUNTERS)} first_loaded_at last_changed_at ambiguous_name"


@view(f"source organization_id organization_name dataset usage_date {FACT}")
def api_usage_daily(world):
    return fact_lines(world, with_dataset=True)


@view(f"source organization_id organization_name usage_date {FACT}")
def api_usage(world):
    return fact_lines(world, with_dataset=False)


@view("organization_id organization_name client_id client_name state is_listed authorized_grant_type created_at "
      "first_seen_at last_changed_at")
def oauth_client(world):
    for (organization, client_id, stated), client in world.clients.items():
        if not stated:
            yield (
                organization, source_of(world, organization).organization_name, client_id, client["name"],
                client["state"], client["is_listed"], client["grant"], None, client["first_seen"], client["changed"])


@view("organization_id client_id client_name state is_listed valid_from valid_to")
def oauth_client_history(world):
    for line in world.history:
        yield (*line["key"][:2], *line["state"], line["since"], line["to"])


@view("source organization_id dataset usage_date client_id client_name calling_organization_id user_id template_uri "
      f"http_method platform {OLD_NEW} first_loaded_at changed_at run_id ambiguous_name old_fetched_at")
def restatement(world):
    for change in world.journal:
        organization, dataset, usage_date, client, caller, uri, method, platform = change["key"]
        nothing = (None,) * len(COUNTERS)
        pairs = zip(change["old"] or nothing, change["new"] or nothing)
        yield (
            source_of(world, organization).name, organization, dataset, usage_date, client[1],
            world.clients[client]["name"], caller, "", uri, method, platform,
            *(value for pair in pairs for value in pair), change["first"], change["at"], 1,
            is_ambiguous(world, client), change["old_fetched_at"])


@view("source organization_id dataset usage_date client_id client_name changes first_changed_at last_changed_at "
      "days_late days_unchanged")
def lateness(world):
    groups = {}
    for change in world.journal:
        groups.setdefault(change["key"][:4], []).append(change)
    for change in world.unit_journal:
        organization, usage_date, _ = change["key"]
        groups.setdefault((organization, "channel_usage", usage_date, None), []).append(change)
    for (organization, dataset, usage_date, client), changes in groups.items():
        source = source_of(world, organization)
        last = max(change["at"] for change in changes)
        unchanged = max(change["old_fetched_at"] for change in changes)
        offset = source.offset if dataset == "channel_usage" else timedelta()
        yield (
            source.name, organization, dataset, usage_date, client[1] if client else "",
            world.clients[client]["name"] if client else "", len(changes),
            min(change["at"] for change in changes), last,
            ((last + offset).date() - usage_date).days, ((unchanged + offset).date() - usage_date).days)


@view("source organization_id client_id client_name as_of days usage_date template_uri http_method "
      f"{' '.join(COUNTERS)} calling_organization_id user_id platform organization_name")
def client_summary(world):
    for line in world.summaries:
        yield (
            line["source"].name, line["source"].organization, line["client"][1],
            world.clients[line["client"]]["name"], line["as_of"], line["days"], line["usage_date"], line["uri"],
            line["method"], *line["counts"], "", "", "", line["source"].organization_name)


@view("organization_id organization_name namespace key value first_seen_on last_seen_on is_current")
def api_limit(world):
    newest = max(seen for _, seen, _, _ in world.limits)
    stretches = []
    for source, seen, key, value in sorted(world.limits, key=lambda limit: (limit[0].name, limit[2], limit[1])):
        if stretches and stretches[-1][:3] == [source, key, value]:
            stretches[-1][4] = seen
        else:
            stretches.append([source, key, value, seen, seen])
    for source, key, value, first, last in stretches:
        yield (source.organization, source.organization_name, "platform.api", key, value, first, last, last == newest)


@view("source organization_id organization_name usage_date time_zone channel units first_loaded_at last_changed_at")
def channel_usage_daily(world):
    for (organization, usage_date, channel), line in world.units.items():
        source = source_of(world, organization)
        yield (
            source.name, organization, source.organization_name, usage_date, source.time_zone, channel, line["units"],
            line["first"], line["changed"])


@view("source organization_id organization_name usage_date channel old_units new_units old_time_zone new_time_zone "
      "first_loaded_at changed_at run_id old_fetched_at")
def channel_restatement(world):
    for change in world.unit_journal:
        organization, usage_date, channel = change["key"]
        source = source_of(world, organization)
        yield (
            source.name, organization, source.organization_name, usage_date, channel, change["old"], change["new"],
            source.time_zone, source.time_zone, change["first"], change["at"], 1, change["old_fetched_at"])


@view("source organization_id organization_name first_day channel stated_units summed_units difference time_zone "
      "checked_at run_id")
def channel_month(world):
    for source, first, channel, stated, summed, at in world.months:
        yield (
            source.name, source.organization, source.organization_name, first, channel, stated, summed, stated - summed,
            source.time_zone, at, 1)


@view("source dataset client_id usage_date state rows fetched_at last_error run_id client_name next_attempt_at "
      "organization_id organization_name")
def coverage(world):
    owed = set()
    for source in world.sources.values():
        for dataset, first in source.start.items():
            if dataset == "client_summary":
                continue
            days = (world.today(source) - first).days
            owed |= {
                (source.organization, dataset, client, first + DAY * n)
                for client in source.clients_of(dataset) for n in range(days)}
    gap = dict(state="gap", rows=None, fetched_at=None, error="", next=None)
    for key in owed | set(world.coverage):
        organization, dataset, client_id, usage_date = key
        line = world.coverage.get(key, gap)
        client = world.clients.get((organization, client_id, ""))
        source = source_of(world, organization)
        yield (
            source.name, dataset, client_id, usage_date, line["state"], line["rows"], line["fetched_at"], line["error"],
            None if line is gap else 1, client["name"] if client else "", line["next"], organization,
            source.organization_name)


@view("source dataset newest_day days_behind gaps failed_days provisional_days last_fetched_at next_attempt_at "
      "last_error clients unavailable_clients unavailable_days organization_id organization_name")
def freshness(world):
    for source in world.sources.values():
        for dataset, start in source.start.items():
            owes = dataset != "client_summary"
            last = world.today(source) - DAY
            tried = [
                {usage_date: line for (organization, name, client_id, usage_date), line in world.coverage.items()
                 if (organization, name, client_id) == (source.organization, dataset, client)}
                for client in source.clients_of(dataset)]
            lines = [line for days in tried for line in days.values()]
            given_up = [bool(days) and days[max(days)]["state"] == "unavailable" for days in tried]
            stored = [usage_date for days in tried for usage_date, line in days.items() if line["state"] in STORED]
            # Newest day that every client who is not given up has.
            known = [
                {usage_date for usage_date, line in days.items() if line["state"] != "failed"}
                for days, is_given_up in zip(tried, given_up) if not is_given_up]
            shared = {usage_date for usage_date in set.intersection(*known) if stored and usage_date <= max(stored)}
            newest = max(shared) if shared else None
            behind = max((last - (newest or start - DAY)).days, 0)
            if newest is None and (not owes or all(given_up)):
                behind = 0
            owed = (last - start).days + 1
            have = [
                sum(1 for usage_date, line in days.items() if line["state"] != "failed" and start <= usage_date <= last)
                for days in tried]
            attempts = [line["next"] for line in lines if line["next"] and line["state"] != "unavailable"]
            yield (
                source.name, dataset, newest, behind, sum(owed - count for count in have) if owes else 0,
                sum(line["state"] == "failed" for line in lines), sum(line["state"] == "provisional" for line in lines),
                max(line["fetched_at"] for line in lines if line["fetched_at"]), min(attempts, default=None), "",
                len(source.asked) if dataset in PER_CLIENT else None, sum(given_up) if dataset in PER_CLIENT else None,
                sum(line["state"] == "unavailable" for line in lines), source.organization, source.organization_name)


@view("organization_id organization_name primary_dataset time_zone")
def organization(world):
    for source in world.sources.values():
        yield source.organization, source.organization_name, source.primary, source.time_zone
