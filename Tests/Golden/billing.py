"""What the views of allowances and billing periods must answer, of what the operator has entered."""

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from math import exp

from forecast import Forecast
from questions import Primary, days_of, primaries
from table import percent, view
from world import CHANNELS, DAY, STORED


class Requests(Primary):
    """The requests of an organization, which are billed together."""

    digits, channel, offset = 0, "", timedelta(0)

    def amounts(self):
        by_day = {}
        for key, counts in self.facts.items():
            by_day[key[2]] = by_day.get(key[2], 0) + counts[0]
        days = days_of(self.start, self.today)
        return {usage_date: by_day.get(usage_date, 0) for usage_date in self.stored(days)}

    def allowance(self, first_day):
        lines = {}
        for line in sorted(self.world.entered["request_allowance"], key=lambda line: line["valid_from"]):
            if line["organization_id"] == self.source.organization and line["valid_from"] <= first_day.isoformat():
                lines[line["licence"]] = pooled(line)
        return sum(lines.values()) if lines else None

    def changes(self):
        for line in self.world.journal:
            if line["key"][:2] == (self.source.organization, self.source.primary):
                yield line["key"][2], line["at"], (line["new"] or (0,))[0] - (line["old"] or (0,))[0]

    def head(self):
        return (*self.heading, self.source.name, self.source.primary)


class Units(Requests):
    """The units of one channel of an organization."""

    digits = 2

    def __init__(self, world, source, channel):
        super().__init__(world, source)
        self.channel, self.offset = channel, source.offset

    def amounts(self):
        return {
            usage_date: line["units"] for (organization, usage_date, channel), line in self.world.units.items()
            if (organization, channel) == (self.source.organization, self.channel) and self.is_stored(usage_date)}

    def allowance(self, first_day):
        lines = [
            line for line in self.world.entered["channel_allowance"]
            if (line["organization_id"], line["channel"]) == (self.source.organization, self.channel)
            and line["valid_from"] <= first_day.isoformat()]
        return max(lines, key=lambda line: line["valid_from"])["units"] if lines else None

    def changes(self):
        for line in self.world.unit_journal:
            if line["key"][0] == self.source.organization and line["key"][2] == self.channel:
                yield line["key"][1], line["at"], line["new"] - line["old"]

    def head(self):
        return (*self.heading, self.source.name, self.channel, self.source.time_zone)


def pooled(line):
    if line["requests"] is not None:
        return line["requests"]
    return (Decimal(line["licences"]) * line["requests_per_licence"]).quantize(Decimal(1), ROUND_HALF_UP)


def billed_requests(world):
    return [Requests(world, primary.source) for primary in primaries(world)]


def billed_units(world):
    return [
        Units(world, source, channel) for source in world.sources.values() if source.primary == "channel_usage"
        for channel in CHANNELS]


def terms(series):
    return sorted(
        (line for line in series.world.entered["billing_terms"]
         if (line["organization_id"], line["channel"]) == (series.source.organization, series.channel)),
        key=lambda line: line["valid_from"])


def terms_on(series, usage_date):
    return next((line for line in reversed(terms(series)) if line["valid_from"] <= usage_date.isoformat()), None)


def periods(series):
    """(first day, last day) of every period from the first day on: one begins on each day that is its anchor day."""
    first_terms = terms(series)[:1]
    beginnings = []
    usage_date = series.start - 70 * DAY
    while usage_date < series.today + 70 * DAY:
        line = terms_on(series, usage_date) or (first_terms[0] if first_terms else {"anchor_day": 1})
        if usage_date.day == min(line["anchor_day"], monthrange(usage_date.year, usage_date.month)[1]):
            beginnings.append(usage_date)
        usage_date += DAY
    for first, end in zip(beginnings, beginnings[1:]):
        if end > series.start and first <= series.today:
            yield first, end - DAY


def above(amount, allowance):
    if amount is None or allowance is None:
        return None
    return amount - allowance if amount >= allowance else 0


def price(amount, line):
    if amount is None or not line or line["excess_price"] is None:
        return None
    return (Decimal(amount) * line["excess_price"]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def rounded(number, digits):
    return None if number is None else Decimal(repr(number)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)


def period_line(series, first, last):
    past = days_of(first, min(last + DAY, series.today))
    amounts = series.amounts()
    stored = [usage_date for usage_date in past if series.state(usage_date) in STORED]
    used = sum(amounts[usage_date] for usage_date in stored) if stored else None
    allowance, line = series.allowance(first), terms_on(series, first)
    ended = datetime.combine(last + DAY, datetime.min.time(), timezone.utc) - series.offset
    changes = [(at, change) for usage_date, at, change in series.changes() if first <= usage_date <= last and at >= ended]
    return (
        *series.head(), first, last, first <= series.today <= last, (last - first).days + 1, len(past), len(stored),
        sum(series.state(usage_date) == "provisional" for usage_date in stored), len(stored) == len(past), used,
        allowance, percent(used, allowance), above(used, allowance), line and line["excess_price"],
        line["currency"] if line else "", price(above(used, allowance), line), sum(change for _, change in changes),
        max((at for at, _ in changes), default=None))


def forecast_line(series, first, last):
    amounts = series.amounts()
    told = Forecast(amounts, days_of(first, last + DAY), series.today)
    used = [amount for usage_date, amount in amounts.items() if first <= usage_date <= last]
    allowance, line = series.allowance(first), terms_on(series, first)
    totals = [rounded(number, series.digits) for number in (told.projected, told.low, told.high)]
    excesses = [above(number, allowance) for number in totals]
    growth = None if told.growth is None else rounded(100 * (exp(told.growth) - 1), 2)
    return (
        *series.head(), series.today, first, last, (last - series.today).days + 1, told.history_days,
        told.estimated_days, sum(used) if used else None, *totals, allowance,
        percent(sum(used) if used else None, allowance), percent(totals[0], allowance), told.exhausted_on(allowance),
        *excesses, line and line["excess_price"], line["currency"] if line else "",
        *(price(excess, line) for excess in excesses), rounded(told.level, series.digits), growth)


PERIOD = ("first_day last_day is_current days_in_period days_past days_stored days_provisional is_complete {} allowance "
          "used_percent excess excess_price currency excess_cost changed_afterwards last_changed_at")
FORECAST = ("today first_day last_day days_left history_days estimated_days {} projected projected_low projected_high "
            "allowance used_percent projected_percent exhausted_on projected_excess projected_excess_low "
            "projected_excess_high excess_price currency projected_cost projected_cost_low projected_cost_high "
            "typical_day weekly_growth_percent")


@view("organization_id organization_name source dataset " + PERIOD.format("requests"))
def billing_period(world):
    return [period_line(series, *period) for series in billed_requests(world) for period in periods(series)]


@view("organization_id organization_name source channel time_zone " + PERIOD.format("units"))
def channel_billing_period(world):
    return [period_line(series, *period) for series in billed_units(world) for period in periods(series)]


@view("organization_id organization_name source dataset " + FORECAST.format("requests"))
def allowance_forecast(world):
    return [
        forecast_line(series, first, last) for series in billed_requests(world) for first, last in periods(series)
        if first <= series.today <= last]


@view("organization_id organization_name source channel time_zone " + FORECAST.format("units"))
def channel_allowance_forecast(world):
    return [
        forecast_line(series, first, last) for series in billed_units(world) for first, last in periods(series)
        if first <= series.today <= last]


@view("organization_id organization_name is_known channel licence valid_from valid_to allowance licences "
      "requests_per_licence")
def allowance(world):
    names = {source.organization: source.organization_name for source in world.sources.values()}
    lines = [
        (line["organization_id"], "", line["licence"], line["valid_from"], pooled(line), line["licences"],
         line["requests_per_licence"])
        for line in world.entered["request_allowance"]]
    lines += [
        (line["organization_id"], line["channel"], "", line["valid_from"], line["units"], None, None)
        for line in world.entered["channel_allowance"]]
    for organization, channel, licence, since, amount, licences, each in lines:
        later = [line[3] for line in lines if line[:3] == (organization, channel, licence) and line[3] > since]
        yield (
            organization, names.get(organization, ""), organization in names, channel, licence, since,
            date.fromisoformat(min(later)) - DAY if later else None, amount, licences, each)
