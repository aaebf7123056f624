"""What usage.anomaly must answer: each day beside the same weekday of the eight weeks before."""

from decimal import Decimal
from math import log, sqrt
from statistics import median

from questions import days_of, primaries
from table import percent, view
from world import DAY

HISTORY = [7 * week * DAY for week in range(1, 9)]


@view("organization_id organization_name source dataset usage_date subject client_id client_name template_uri "
      "http_method platform direction requests expected deviation deviation_percent score history_days explanation "
      "is_provisional")
def anomaly(world):
    for primary in primaries(world):
        subjects = {
            ("client", *primary.named(key), "", "", ""): by_day
            for key, by_day in primary.grouped(days_of(primary.start, primary.today), lambda key: key[3]).items()}
        subjects |= {
            ("endpoint", "", "", *key): by_day
            for key, by_day in primary.grouped(days_of(primary.start, primary.today), lambda key: key[5:8]).items()}
        for usage_date in primary.stored(days_of(primary.start, primary.today)):
            before = primary.stored([usage_date - distance for distance in HISTORY])
            for subject, by_day in subjects.items():
                history = [by_day.get(former, (0,))[0] for former in before]
                requests = by_day.get(usage_date, (0,))[0]
                # Whoever was never there is not missed.
                if len(history) >= 4 and (requests or any(former in by_day for former in before)):
                    yield from judged(primary, usage_date, subject, requests, history)


def judged(primary, usage_date, subject, requests, history):
    usual = median(history)
    scatter = 1.4826 * median(abs(log((amount + 10) / (usual + 10))) for amount in history)
    score = log((requests + 10) / (usual + 10)) / max(scatter, 0.15, 1 / sqrt(usual + 10))
    if max(requests, usual) < 100 or abs(requests - usual) < usual / 2 or abs(score) < 4.5:
        return
    halfway = (requests + usual) / 2
    if sum(amount >= halfway if requests > usual else amount <= halfway for amount in history) > 1:
        return
    expected = Decimal(str(usual)).normalize()
    expected = expected.quantize(1) if expected == expected.to_integral() else expected
    counted = {0: "no request", 1: "1 request"}.get(requests, f"{requests} requests")
    yield (
        *primary.heading, primary.source.name, primary.source.primary, usage_date, *subject,
        "spike" if requests > usual else "drop", requests, expected, requests - expected,
        percent(requests - expected, expected), Decimal(f"{score:.1f}"), len(history),
        f"{counted} on a {usage_date:%A}, where {f'{expected} are' if usual else 'none is'} the middle of the "
        f"{len(history)} stored ones of the eight weeks before",
        primary.state(usage_date) == "provisional")
