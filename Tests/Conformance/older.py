"""Questions to the older endpoints, and rows of truth as the SDK decodes theirs."""

import datetime

from session import sdk

GROUPINGS = {
    "client": "OAuthClientId",
    "organization": "OrganizationId",
    "user": "UserId",
    "template": "TemplateUri",
    "method": "HttpMethod",
}
METRICS = {
    "Status200": "status200",
    "Status300": "status300",
    "Status400": "status400",
    "Status500": "status500",
    "Status429": "status429",
    "Requests": "requests",
}

# What a search calls metrics, beside the date and the counters.
COLUMNS = {"ClientName": "client", "HttpMethod": "method", "TemplateUri": "template"}
COUNTERS = [metric for metric in METRICS if metric != "Requests"]


def query(model, first, last, by=(), granularity=None, metrics=None):
    """An organization or a client query of whole days."""
    body = model()
    body.interval = f"{first}/{last}"
    if granularity:
        body.granularity = granularity
    if by:
        body.group_by = [GROUPINGS[dimension] for dimension in by]
    if metrics:
        body.metrics = list(metrics)
    return body


def usage_row(row, truth, metrics=METRICS):
    """A row as `ApiUsageRow`: "" for what was not grouped by, 0 for what was not selected, no date without buckets."""
    decoded = sdk.ApiUsageRow()
    client = row.get("client")
    decoded.client_id = client or ""
    decoded.client_name = truth.clients[client]["name"] if client else ""
    decoded.organization_id = row.get("organization", "")
    decoded.user_id = row.get("user", "")
    decoded.template_uri = row.get("template", "")
    decoded.http_method = row.get("method", "")
    for metric, attribute in METRICS.items():
        counter = row.requests if metric == "Requests" else row["status_" + metric[6:]]
        setattr(decoded, attribute, counter if metric in metrics else 0)
    if "day" in row:
        decoded.date = instant(row["day"])
    return decoded


def search(first, last, **options):
    """A search of whole days."""
    body = sdk.ApiUsageSimpleSearch()
    body.interval = f"{first}/{last}"
    for name, value in options.items():
        setattr(body, name, value)
    return body


def search_row(row, truth, metrics=COUNTERS):
    """A row of truth as a search tells it: by name instead of id, without `requests`."""
    decoded = usage_row(row, truth, metrics)
    decoded.client_id = ""
    decoded.requests = None
    return decoded


def instant(day):
    """The first instant of a day in UTC."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc)
