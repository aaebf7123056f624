"""The forecast of a period's total, by what usage.allowance_forecast and ingest.forecast say of it."""

from math import exp, log, sqrt
from statistics import mean, median

WEEKS = 13
WEIGHT = 0.6
FADING = 0.8


class Forecast:
    """Of known amounts by day, the days of a period and the first day that has not ended."""

    def __init__(self, known, period, today):
        self.known = {usage_date: float(amount) for usage_date, amount in known.items()}
        self.period = period
        self.estimated_days = sum(usage_date < today and usage_date not in known for usage_date in period)
        self.newest = max(known, default=None)
        self.recent = [
            (self.week(usage_date), usage_date.weekday(), amount) for usage_date, amount in self.known.items()
            if self.week(usage_date) < WEEKS]
        self.history_days = len(self.recent)
        self.level = self.growth = None
        self.learn()
        self.expected = {usage_date: self.expect(usage_date) for usage_date in period if usage_date not in known}
        self.used = sum(amount for usage_date, amount in self.known.items() if usage_date in period)
        self.projected = self.used + sum(self.expected.values()) if known else None
        self.low, self.high = self.interval()

    def week(self, usage_date):
        return (self.newest - usage_date).days // 7

    def exhausted_on(self, allowance):
        running = 0
        for usage_date in self.period:
            running += self.known.get(usage_date, self.expected.get(usage_date))
            if self.known and allowance is not None and running > allowance:
                return usage_date
        return None

    # What is learnt

    def learn(self):
        self.shares = self.weekday_shares()
        kept = self.without_accidents()
        self.levels = {}
        for week in sorted({line[0] for line in kept}):
            days = [line for line in kept if line[0] == week]
            weight = sum(self.shares[weekday] for _, weekday, _ in days)
            if weight and (len(days) >= 3 or week == 0):
                self.levels[week] = (
                    sum(amount for *_, amount in days) / weight, len(days),
                    2 * sum(amount > 0 for *_, amount in days) > len(days))
        if not any(amount for *_, amount in self.recent):
            self.levels = {}
            return
        floor = 0.01 * mean(level for level, *_ in self.levels.values())
        self.logs = {week: log(max(level, floor)) for week, (level, *_) in self.levels.items()}
        self.noise, self.freedom = self.daily_noise(kept)
        stretches = self.stretches()
        present = [week for week, stretch in stretches.items() if stretch == 0]
        slope, spread = self.slope(present)
        self.wander = self.weekly_wander(stretches, slope)
        self.growth = 0.0
        if slope:
            doubt = self.noise / 7 / spread + 1.2 * self.wander / len(present)
            self.growth = max(-0.05, min(0.05, slope * slope ** 2 / (slope ** 2 + doubt)))
        weights = {week: WEIGHT ** week * self.levels[week][1] for week in present}
        whole = sum(weights.values())
        self.weights = {week: weight / whole for week, weight in weights.items()}
        self.level = sum(
            weight * self.levels[week][0] * exp(self.growth * week) for week, weight in self.weights.items())

    def weekday_shares(self):
        weeks = {}
        for week, weekday, amount in self.recent:
            weeks.setdefault(week, []).append((weekday, amount))
        seen = [[] for _ in range(7)]
        for days in weeks.values():
            average = mean(amount for _, amount in days)
            if len(days) >= 4 and average > 0:
                for weekday, amount in days:
                    seen[weekday].append(amount / average)
        shares = [1.0] * 7
        if self.history_days >= 7:
            shares = [1 + (median(some) - 1) * len(some) / (len(some) + 0.5) if some else 1.0 for some in seen]
        return [share / mean(shares) if any(shares) else 1.0 for share in shares]

    def without_accidents(self):
        if self.history_days < 7:
            return self.recent
        evened = [(week, amount / max(self.shares[weekday], 0.02)) for week, weekday, amount in self.recent]
        middle = {week: median(level for other, level in evened if other == week) for week, _ in evened}
        off = [abs(level / middle[week] - 1) if middle[week] else 0.0 for week, level in evened]
        reach = max(5 * 1.4826 * median(off), 0.6)
        return [line for line, distance in zip(self.recent, off) if distance <= reach]

    def daily_noise(self, kept):
        days = [
            (self.shares[weekday], amount / max(self.shares[weekday], 0.02) / self.levels[week][0] - 1)
            for week, weekday, amount in kept if week in self.levels and self.levels[week][0] > 0]
        freedom = max(len(days) - len(self.levels) - (6 if self.history_days >= 7 else 0), 1)
        squares = sum(share ** 2 for share, _ in days)
        return sum((share * off) ** 2 for share, off in days) / squares * len(days) / freedom, freedom

    def stretches(self):
        """0 for the weeks of the present level, 1 for those of the one before …"""
        weeks = sorted(self.levels)
        steps = {
            newer: (self.logs[newer] - self.logs[older]) / (older - newer) for newer, older in zip(weeks, weeks[1:])
            if self.levels[newer][2] or self.levels[older][2]}
        usual = median(steps.values()) if steps else 0
        by_noise = 4 * sqrt(2 * self.noise / 7)
        reach = max(0.6, by_noise)
        if len(steps) >= 3:
            reach = max(4 * 1.4826 * median(abs(step - usual) for step in steps.values()), 0.25, by_noise)
        stretch, stretches = 0, {}
        for week in weeks:
            stretches[week] = stretch
            stretch += week in steps and abs(steps[week] - usual) > reach
        return stretches

    def slope(self, weeks):
        if len(weeks) < 4:
            return 0.0, 1.0
        middle, height = mean(weeks), mean(self.logs[week] for week in weeks)
        spread = sum((week - middle) ** 2 for week in weeks)
        return -sum((week - middle) * (self.logs[week] - height) for week in weeks) / spread, spread

    def weekly_wander(self, stretches, slope):
        apart, distance = 0.0, 0.0
        for newer in stretches:
            for older in stretches:
                if 1 <= older - newer <= 4 and stretches[older] == stretches[newer]:
                    change = self.logs[newer] - self.logs[older] - slope * (older - newer)
                    apart += change ** 2 - self.noise / self.levels[newer][1] - self.noise / self.levels[older][1]
                    distance += older - newer - 1 / 3
        return (max(apart, 0) + 0.01) / (distance + 10)

    # What follows

    def weeks_ahead(self, usage_date):
        return ((usage_date - self.newest).days + 3) / 7 if usage_date > self.newest else 0.0

    def expect(self, usage_date):
        if self.level is None:
            return 0.0
        share, ahead = self.shares[usage_date.weekday()], self.weeks_ahead(usage_date)
        if ahead:
            return share * self.level * exp(self.growth * FADING * (1 - FADING ** ahead) / (1 - FADING))
        week = self.week(usage_date)
        return share * (self.levels[week][0] if week in self.levels else self.level * exp(-self.growth * week))

    def interval(self):
        whole = sum(self.expected.values())
        if not self.expected:
            return (self.used, self.used) if self.known else (None, None)
        if self.history_days < 4 or not whole:
            return None, None
        parts = [(self.weeks_ahead(usage_date), amount / whole) for usage_date, amount in self.expected.items()]
        variance = self.noise * sum(part ** 2 for _, part in parts)
        variance += self.noise * sum(weight ** 2 / self.levels[week][1] for week, weight in self.weights.items())
        for some in (parts, list(self.weights.items())):
            variance += self.wander * sum(one * two * min(a, b) for a, one in some for b, two in some)
        width = min((1.2816 + 0.1 + 1 / self.freedom) * sqrt(variance), 3)
        is_silent = [amount for week, _, amount in self.recent if week == 0] == [0] * 7
        return self.used + (0 if is_silent else whole * exp(-width)), self.used + whole * exp(width)
