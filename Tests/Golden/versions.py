"""What the views of earlier states must answer: the world told again event by event, and what was different after each."""

import json
import pathlib

from stored import FACT, is_ambiguous, source_of
from table import view
from world import World, moment

TOLD = pathlib.Path(__file__).with_name("world.json")


class Beginning:
    """The file as far as the first events."""

    def __init__(self, events):
        self.events = events

    def read_text(self):
        told = json.loads(TOLD.read_text())
        return json.dumps(dict(told, events=told["events"][:self.events]))


def versions(lines_of):
    """Every state that a line of the world has been in, with the moments at which it came and went."""
    events = json.loads(TOLD.read_text())["events"]
    known = {}
    for count, event in enumerate(events, start=1):
        lines = lines_of(World(Beginning(count)))
        at = moment(event["at"]) if "at" in event else None
        for key in known.keys() - lines.keys():
            yield key, *known.pop(key), at
        for key, line in lines.items():
            if key in known and known[key][0] != line:
                yield key, *known.pop(key), at
            known.setdefault(key, (line, at))
    for key, (line, since) in known.items():
        yield key, line, since, None


@view(f"source organization_id organization_name usage_date {FACT} known_from known_until")
def api_usage_version(world):
    for key, line, since, until in versions(lambda told: told.facts):
        organization, dataset, usage_date, client, caller, uri, method, platform = key
        source = source_of(world, organization)
        if dataset == source.primary:
            yield (
                source.name, organization, source.organization_name, usage_date, client[1],
                world.clients[client]["name"], caller, "", uri, method, platform, *line["counts"], line["first"],
                line["changed"], is_ambiguous(world, client), since, until)


@view("source organization_id organization_name usage_date time_zone channel units first_loaded_at last_changed_at "
      "known_from known_until")
def channel_usage_version(world):
    for (organization, usage_date, channel), line, since, until in versions(lambda told: told.units):
        source = source_of(world, organization)
        yield (
            source.name, organization, source.organization_name, usage_date, source.time_zone, channel, line["units"],
            line["first"], line["changed"], since, until)


@view("subject first_kept_day decided_at waiting_partitions")
def retention(world):
    return ()
