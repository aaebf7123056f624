"""Token, organization, OAuth clients and limits."""

import datetime

from session import ApiException, ConformanceCase, Session, flat, sdk
from simulator import Simulator


class AccountTests(ConformanceCase):
    def test_the_organization_decodes_whole(self):
        _, session, truth = self.start("--seed", "3")
        organization = session(session.organization.get_organizations_me)
        self.assertEqual(organization.id, truth.organization["id"])
        self.assertEqual(organization.name, truth.organization["name"])
        self.assertEqual(organization.state, "active")
        self.assertEqual(organization.product_platform, "PureCloud")
        self.assertEqual(organization.features, {"purecloud": True})
        self.assertEqual(organization.self_uri, "/api/v2/organizations/me")

    def test_the_listing_shows_the_listed_clients_whole(self):
        _, session, truth = self.start("--seed", "3")
        listing = session(session.oauth.get_oauth_clients)
        listed = [client for client in truth.clients.values() if client["isListed"]]
        self.assertLess(len(listed), len(truth.clients))
        self.assertSameRows(listing.entities, [_entity(client) for client in listed])
        self.assertEqual((listing.total, listing.page_number, listing.page_count), (len(listed), 1, 1))
        self.assertIsNone(listing.next_uri)

    def test_one_client_is_the_same_as_in_the_listing(self):
        _, session, _ = self.start("--seed", "3")
        for entity in session(session.oauth.get_oauth_clients).entities[:3]:
            self.assertEqual(flat(session(session.oauth.get_oauth_client, entity.id)), flat(entity))

    def test_the_announced_limits_are_the_enforced_ones(self):
        _, session, _ = self.start("--requests-a-minute", "120")
        limits = session(session.organization.get_organizations_limits_namespace, "platform.api")
        self.assertEqual({limit.namespace for limit in limits.entities}, {"platform.api"})
        values = {limit.key: limit.value for limit in limits.entities}
        self.assertEqual(values["client.credentials.token.rate.per.minute"], 120)
        self.assertEqual(session.api.last_response.getheader("inin-ratelimit-allowed"), "120")
        defaults = session(session.organization.get_organizations_limits_namespace_defaults, "platform.api")
        self.assertEqual({limit.key for limit in defaults.entities}, set(values))
        self.assertEqual(session(session.organization.get_organizations_limits_namespace, "usage").entities, [])
        _, body = session.refused(session.organization.get_organizations_limits_namespace, "nobody's")
        self.assertEqual((body.status, body.code), (404, "not.found"))

    def test_wrong_credentials_get_no_token(self):
        simulator = self.enterContext(Simulator())
        api = sdk.ApiClient(host=simulator.address)
        cases = [("11111111-1111-4111-8111-111111111111", "any", 400), (simulator.client_id, "wrong", 401)]
        for client_id, secret, status in cases:
            with self.subTest(status=status), self.assertRaises(ApiException) as caught:
                api.get_client_credentials_token(client_id, secret)
            self.assertEqual(caught.exception.status, status)
            self.assertIn('"error":"invalid_client"', caught.exception.body)

    def test_a_request_needs_a_known_token(self):
        simulator = self.enterContext(Simulator())
        session = Session(simulator, self)
        session.api.access_token = "unknown"
        _, body = session.refused(session.organization.get_organizations_me)
        self.assertEqual((body.status, body.code), (401, "bad.credentials"))


def _entity(client):
    entity = sdk.OAuthClient()
    entity.id = client["id"]
    entity.name = client["name"]
    entity.state = client["state"]
    entity.authorized_grant_type = client["grant"]
    entity.access_token_validity_seconds = 86_400
    entity.date_created = datetime.datetime(2023, 2, 1, 9, 12, 33, tzinfo=datetime.timezone.utc)
    entity.date_modified = datetime.datetime(2024, 11, 5, 8, tzinfo=datetime.timezone.utc)
    entity.secret = f"listed-secret-of-{client['id']}"
    role = sdk.RoleDivision()
    role.role_id, role.division_id = client["id"], "*"
    entity.role_divisions = [role]
    entity.self_uri = f"/api/v2/oauth/clients/{client['id']}"
    return entity
