"""What the views of months must answer of coverage, restatements and channels."""

from questions import SIGNS, days_of, months, next_month
from table import percent, view
from world import CHANNELS, DAY, PER_CLIENT, STORED


@view("organization_id organization_name source dataset month is_current days_owed days_covered days_provisional "
      "days_failed days_gap days_unavailable is_complete strip clients")
def coverage_calendar(world):
    for source in world.sources.values():
        for dataset, start in source.start.items():
            if dataset == "client_summary":
                continue
            today = world.today(source)

            def state(usage_date):
                """The worst of the clients; unavailable only when it is so for all."""
                states = [
                    world.coverage.get((source.organization, dataset, client, usage_date), {"state": "gap"})["state"]
                    for client in source.clients_of(dataset)]
                for worst in ("failed", "gap"):
                    if worst in states:
                        return worst
                available = [one for one in states if one != "unavailable"]
                return "provisional" if "provisional" in states else "covered" if available else "unavailable"

            for month in months(start, today - DAY):
                owed = {
                    usage_date: state(usage_date) for usage_date in days_of(month, next_month(month))
                    if start <= usage_date < today}
                count = {name: sum(one == name for one in owed.values()) for name in SIGNS}
                yield (
                    source.organization, source.organization_name, source.name, dataset, month,
                    month == today.replace(day=1), len(owed), count["covered"], count["provisional"], count["failed"],
                    count["gap"], count["unavailable"], count["covered"] + count["provisional"] == len(owed),
                    "".join(SIGNS[owed[one]] if one in owed else " " for one in days_of(month, next_month(month))),
                    len(source.asked) if dataset in PER_CLIENT else None)


@view("organization_id organization_name source dataset month days_changed rows_appeared rows_changed rows_vanished "
      "requests_added requests_removed requests_change first_changed_at last_changed_at days_late")
def restatement_by_month(world):
    groups = {}
    for change in world.journal:
        organization, dataset, usage_date = change["key"][:3]
        groups.setdefault((organization, dataset, usage_date.replace(day=1)), []).append(change)
    for (organization, dataset, month), changes in groups.items():
        source = next(source for source in world.sources.values() if source.organization == organization)
        moved = [(one["new"] or (0,))[0] - (one["old"] or (0,))[0] for one in changes]
        yield (
            organization, source.organization_name, source.name, dataset, month,
            len({one["key"][2] for one in changes}), sum(one["old"] is None for one in changes),
            sum(one["old"] is not None and one["new"] is not None for one in changes),
            sum(one["new"] is None for one in changes), sum(one for one in moved if one > 0),
            -sum(one for one in moved if one < 0), sum(moved), min(one["at"] for one in changes),
            max(one["at"] for one in changes), max((one["at"].date() - one["key"][2]).days for one in changes))


@view("organization_id organization_name source time_zone month is_current last_day days_in_period days_stored "
      "days_provisional is_complete channel units month_before_units change change_percent stated_units "
      "stated_difference")
def channel_by_month(world):
    for source in world.sources.values():
        if "channel_usage" not in source.start:
            continue
        today = world.today(source)

        def stored(days):
            states = [
                world.coverage.get((source.organization, "channel_usage", "", one), {"state": "gap"})["state"]
                for one in days]
            return [state for state in states if state in STORED]

        def units(days, channel):
            lines = [world.units.get((source.organization, one, channel)) for one in days]
            return sum(line["units"] for line in lines if line) if any(lines) else None

        for month in months(source.start["channel_usage"], today - DAY):
            is_current = month == today.replace(day=1)
            days = days_of(month, min(next_month(month), today))
            former = (month - DAY).replace(day=1)
            before = days_of(former, min(former + DAY * len(days), month) if is_current else month)
            is_fair = len(stored(days)) == len(days) and len(stored(before)) == len(before)
            for channel in CHANNELS:
                now, then = units(days, channel), units(before, channel)
                stated = next((line[3] for line in world.months if line[:3] == (source, month, channel)), None)
                change = now - then if is_fair else None
                yield (
                    source.organization, source.organization_name, source.name, source.time_zone, month, is_current,
                    days[-1], len(days), len(stored(days)), stored(days).count("provisional"),
                    len(stored(days)) == len(days), channel, now, then, change, percent(change, then), stated,
                    None if stated is None else stated - now)
