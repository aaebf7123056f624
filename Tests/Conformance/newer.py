"""Questions to the aggregates jobs, and rows of truth as the SDK decodes theirs."""

from session import sdk

GROUPINGS = {
    "client": "OauthClientId",
    "client_name": "OauthClientName",
    "user": "UserId",
    "organization": "OrganizationId",
    "method": "HttpMethod",
    "template": "TemplateUri",
    "platform": "Platform",
}
METRICS = ["Requests", "Status200", "Status300", "Status400", "Status429", "Status500"]
BY_ORGANIZATION_JOB = ("client", "user", "method", "template", "platform")
BY_CLIENT_JOB = ("organization", "method", "template", "platform")


def job_query(model, first, last, by=(), granularity=None, **options):
    """A job of whole days."""
    body = model()
    body.interval = f"{first}/{last}"
    if granularity:
        body.granularity = granularity
    if by:
        body.group_by = [GROUPINGS[dimension] for dimension in by]
    for name, value in options.items():
        setattr(body, name, value)
    return body


def organization_row(row, truth, metrics=METRICS):
    """A row as `OrganizationPublicApiUsage`: nothing at all for what was not grouped by."""
    decoded = _row(sdk.OrganizationPublicApiUsage(), row, metrics)
    if "client" in row or "client_name" in row:
        client = sdk.DomainEntityRef()
        client.name = row.get("client_name", truth.clients.get(row.get("client"), {}).get("name"))
        if "client" in row:
            client.id = row["client"]
            client.self_uri = f"/api/v2/oauth/clients/{row['client']}"
        decoded.oauth_client = client
    # Requests that no user made have no user.
    if row.get("user"):
        decoded.user = sdk.UserReference()
        decoded.user.id = row["user"]
        decoded.user.self_uri = f"/api/v2/users/{row['user']}"
    return decoded


def client_row(row):
    """A row as `ClientPublicApiUsage`."""
    decoded = _row(sdk.ClientPublicApiUsage(), row, METRICS)
    if "organization" in row:
        decoded.organization_id = row["organization"]
    return decoded


def _row(decoded, row, metrics):
    if "day" in row:
        decoded.date = row["day"]
    if "platform" in row:
        decoded.platform = row["platform"]
    if "method" in row:
        decoded.http_method = row["method"]
    if "template" in row:
        decoded.template_uri = row["template"]
    decoded.request_count = row.requests if "Requests" in metrics else 0
    for status in ("200", "300", "400", "429", "500"):
        setattr(decoded, "status" + status, row["status_" + status] if "Status" + status in metrics else 0)
    return decoded
