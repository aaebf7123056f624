-- What an organization may use before it pays for more. No vendor's API tells this (contract, section 6: the billing
-- endpoints are a preview and out of scope), so the operator enters it, as a member of usage_owner.
--
-- Organizations are named by the vendor's identifier, as in the configuration and in every view, so that a line can be
-- entered before the organization was ever seen. Lines are never closed: a later valid_from takes the place of an earlier.

CREATE TABLE ingest.request_allowance (
    organization_id text NOT NULL,
    licence text NOT NULL DEFAULT '',
    valid_from date NOT NULL,
    requests bigint,
    licences numeric,
    requests_per_licence bigint,
    CONSTRAINT request_allowance_pkey PRIMARY KEY (organization_id, licence, valid_from),
    CONSTRAINT request_allowance_organization CHECK (organization_id <> ''),
    CONSTRAINT request_allowance_valid_from CHECK (isfinite(valid_from)),
    -- Either the requests or what they are worked out from.
    CONSTRAINT request_allowance_way CHECK (
        num_nonnulls(requests, licences) = 1 AND num_nonnulls(requests, requests_per_licence) = 1
    ),
    CONSTRAINT request_allowance_amounts CHECK (
        requests >= 0 AND licences >= 0 AND licences < 'Infinity' AND requests_per_licence >= 0
    )
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.request_allowance IS
    'Requests that an organization may make in a billing period, entered by the operator. Each line says so of one kind of licence (or of none) from a day on; the kinds are added up, as the vendor pools them (contract, section 6). A billing period has what is valid on its first day: a change inside a period counts from the next one.';
COMMENT ON COLUMN ingest.request_allowance.organization_id IS
    'The vendor''s identifier, as in every view; it need not have been seen yet.';
COMMENT ON COLUMN ingest.request_allowance.licence IS
    'Kind of licence, in the operator''s words; empty for an allowance that goes by none. Each kind has its own succession of lines: one ends with a line of 0.';
COMMENT ON COLUMN ingest.request_allowance.valid_from IS
    'First day it holds; it holds until the next line of the same organization and licence.';
COMMENT ON COLUMN ingest.request_allowance.requests IS
    'Requests a billing period; NULL where they are licences times requests_per_licence.';
COMMENT ON COLUMN ingest.request_allowance.licences IS
    'How many licences are billed; fractions are for hourly ones, which count by the hour. NULL where requests says it all.';
COMMENT ON COLUMN ingest.request_allowance.requests_per_licence IS
    'Requests that the vendor allows for one licence a billing period. NULL where requests says it all.';

CREATE TABLE ingest.channel_allowance (
    organization_id text NOT NULL,
    channel text NOT NULL,
    valid_from date NOT NULL,
    units numeric NOT NULL,
    CONSTRAINT channel_allowance_pkey PRIMARY KEY (organization_id, channel, valid_from),
    CONSTRAINT channel_allowance_organization CHECK (organization_id <> ''),
    CONSTRAINT channel_allowance_valid_from CHECK (isfinite(valid_from)),
    CONSTRAINT channel_allowance_channel CHECK (channel IN ('sms', 'whatsapp', 'email', 'sage')),
    CONSTRAINT channel_allowance_units CHECK (units >= 0 AND units < 'Infinity')
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.channel_allowance IS
    'Units of a channel that an organization may use in a billing period, entered by the operator. A billing period has what is valid on its first day: a change inside a period counts from the next one.';
COMMENT ON COLUMN ingest.channel_allowance.organization_id IS
    'The vendor''s identifier, as in every view; it need not have been seen yet.';
COMMENT ON COLUMN ingest.channel_allowance.channel IS 'sms, whatsapp, email or sage.';
COMMENT ON COLUMN ingest.channel_allowance.valid_from IS
    'First day it holds, in the organization''s own zone; it holds until the next line of the same organization and channel.';
COMMENT ON COLUMN ingest.channel_allowance.units IS 'Units a billing period, as the vendor counts this channel.';

CREATE TABLE ingest.billing_terms (
    organization_id text NOT NULL,
    channel text NOT NULL DEFAULT '',
    valid_from date NOT NULL,
    anchor_day integer NOT NULL DEFAULT 1,
    excess_price numeric,
    currency text NOT NULL DEFAULT '',
    CONSTRAINT billing_terms_pkey PRIMARY KEY (organization_id, channel, valid_from),
    CONSTRAINT billing_terms_organization CHECK (organization_id <> ''),
    CONSTRAINT billing_terms_channel CHECK (channel IN ('', 'sms', 'whatsapp', 'email', 'sage')),
    CONSTRAINT billing_terms_valid_from CHECK (isfinite(valid_from)),
    CONSTRAINT billing_terms_anchor_day CHECK (anchor_day BETWEEN 1 AND 31),
    CONSTRAINT billing_terms_excess_price CHECK (excess_price >= 0 AND excess_price < 'Infinity'),
    CONSTRAINT billing_terms_currency CHECK ((excess_price IS NULL) = (currency = '') AND currency ~ '^([A-Z]{3})?$')
) WITH (autovacuum_analyze_threshold = 1);
COMMENT ON TABLE ingest.billing_terms IS
    'When billing periods begin and what is paid for more than the allowance, entered by the operator. Without a line periods are calendar months and nothing has a price. A billing month follows the contract''s activation, not the calendar (contract, section 6).';
COMMENT ON COLUMN ingest.billing_terms.organization_id IS
    'The vendor''s identifier, as in every view; it need not have been seen yet.';
COMMENT ON COLUMN ingest.billing_terms.channel IS 'sms, whatsapp, email or sage; empty for API requests.';
COMMENT ON COLUMN ingest.billing_terms.valid_from IS
    'First day they hold; they hold until the next line of the same organization and channel. A billing period has the price of its first day.';
COMMENT ON COLUMN ingest.billing_terms.anchor_day IS
    'Day of the month on which periods begin, while these terms hold; of a shorter month its last day. The first line''s holds for all days before it, too. Where it changes, the period between the last old and the first new beginning is longer or shorter than a month.';
COMMENT ON COLUMN ingest.billing_terms.excess_price IS 'Price of one request, or unit, above the allowance; NULL when not known.';
COMMENT ON COLUMN ingest.billing_terms.currency IS 'ISO 4217 code of the price, in capitals; empty without a price.';
