-- The log, who it is about, what was concluded, and who works with it.
-- Times are epoch milliseconds (bigint). A "pos" is milliseconds << 20 | place in its batch.

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at bigint NOT NULL                -- when Warmlist first heard of the customer
);

CREATE TABLE handles (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle text NOT NULL UNIQUE,              -- canonical: '+393331234567', 'wa:CC.x', 'email:a@b', 'crm:zoho:1'
  customer_id bigint NOT NULL REFERENCES customers
);
CREATE INDEX handles_customer ON handles (customer_id);
CREATE INDEX handles_begin ON handles (handle text_pattern_ops);
CREATE INDEX handles_end ON handles (reverse(handle) text_pattern_ops);

CREATE TABLE merges (                       -- two customers made one, by hand or by a number change
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kept bigint NOT NULL REFERENCES customers,
  gone bigint NOT NULL REFERENCES customers,
  handle_ids bigint[] NOT NULL,             -- handles that moved from gone to kept
  reason text NOT NULL,
  by_name text NOT NULL,
  at bigint NOT NULL,
  undone_at bigint                          -- null while the merge stands
);

CREATE TABLE deliveries (                   -- the inbox: what a door received, raw, once
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  door text NOT NULL,                       -- 'whatsapp', 'shopify', ...
  received_at bigint NOT NULL,
  body bytea NOT NULL,                      -- the bytes as they came
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'partly', 'failed')),
  problems jsonb,                           -- what could not be understood, by path
  events int,                               -- how many events it gave
  worked_at bigint
);
CREATE INDEX deliveries_waiting ON deliveries (id) WHERE state = 'waiting';

CREATE TABLE events (                       -- the truth: append-only
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- lets the mirror stop before open transactions
  ident uuid NOT NULL,                      -- hash of source, type, id, status (and digest for a changed repeat)
  revises uuid,                             -- the ident of the first row with this identity, when the content differs
  digest bigint NOT NULL,                   -- hash of the content
  type text NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  handle_id bigint NOT NULL REFERENCES handles,
  pos bigint NOT NULL,                      -- occurred_at << 20 | seq
  known_at bigint NOT NULL,
  backfill boolean NOT NULL,
  direction text,                           -- messages: in, out
  kind text,                                -- messages: text, audio, ...; other types: place, action
  purpose text,                             -- messages: quote, promotion, content, service
  personal boolean,                         -- outbound: written to this one customer, no broadcast
  status text,                              -- receipts and orders
  key bigint,                               -- hash64 of source and the message or order it speaks of
  value bigint,                             -- money in minor units of the workspace currency; null = no rate
  number int,                               -- seconds of a view, score of a feedback
  sku text,
  category text,
  dimension text,                           -- labels set by hand
  label text,
  moment_at bigint,                         -- a moment it names: until (label, snooze), joined_at (profile)
  twin bigint,                              -- message of a chat export: what a live copy of it shares
  body jsonb NOT NULL,                      -- everything the source said, as the contract names it
  CONSTRAINT events_ident UNIQUE (ident)
);
-- Everything that plans read: the rows of a customer lie side by side here, in the table by arrival.
CREATE INDEX events_rows ON events (handle_id, pos) INCLUDE (id, type, known_at, direction, kind, purpose,
  personal, status, key, value, number, sku, category, dimension, label, moment_at, tx);
CREATE INDEX events_revises ON events (revises) WHERE revises IS NOT NULL;
CREATE INDEX events_message_key ON events (key) WHERE type = 'message';
CREATE INDEX events_correction_key ON events (key) WHERE type IN ('correction', 'signal');
CREATE INDEX events_twin ON events (twin) WHERE twin IS NOT NULL;
CREATE INDEX events_profile ON events (handle_id) WHERE type = 'profile';
CREATE INDEX events_names ON events USING gin (to_tsvector('simple', left(body ->> 'name', 200)))
  WHERE type = 'profile';
CREATE INDEX events_by_person ON events (known_at) WHERE source = 'person';
CREATE INDEX events_tx ON events (tx);

CREATE TABLE superseded (                   -- an event that a better revision or an undo replaced
  event_id bigint PRIMARY KEY REFERENCES events,
  gone_at bigint NOT NULL,                  -- the event counts for moments up to this one
  reason text NOT NULL                      -- revision, undo, twin
);

CREATE TABLE signals (                      -- what a message was read as, by one version
  event_id bigint NOT NULL REFERENCES events,
  version text NOT NULL,                    -- of the lexicon or model; 'person' for corrections
  handle_id bigint NOT NULL,
  pos bigint NOT NULL,                      -- of the message
  known_at bigint NOT NULL,                 -- of the message, or of the correction
  gone_at bigint,                           -- when a correction replaced this row
  bits bigint NOT NULL,                     -- one bit a signal, see understanding.signals
  found jsonb NOT NULL,                     -- [{name, confidence, span, because}]
  tx xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- as in events
  PRIMARY KEY (event_id, version, known_at)
);
CREATE INDEX signals_rows ON signals (handle_id) INCLUDE (event_id, pos, known_at, gone_at, bits, tx);
CREATE INDEX signals_tx ON signals (tx);
-- What only grows must be vacuumed for such indexes to answer without the table.
ALTER TABLE events SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE signals SET (autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rates (                        -- what one unit of a currency is worth in the workspace currency
  currency text NOT NULL,
  from_day date NOT NULL,
  rate numeric NOT NULL CHECK (rate > 0),
  PRIMARY KEY (currency, from_day)
);

CREATE TABLE dirty (                        -- customers whose labels must be looked at again
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  from_at bigint                            -- known_at of the earliest news; null: the past changed too (backfill, merge)
);
CREATE INDEX dirty_customer ON dirty (customer_id);

CREATE TABLE history_due (                  -- customers whose label history is still to be replayed
  customer_id bigint PRIMARY KEY
);

-- No customer is ever deleted, so what is concluded of them goes without checks that would cost a fill seconds.
CREATE TABLE standings (                    -- where each customer stands: the last answer of the plan
  customer_id bigint PRIMARY KEY,
  as_of bigint NOT NULL,                    -- the moment the answer was asked for
  recheck_at bigint,                        -- first moment at which time alone can change it; null = never
  owner text,
  playbook text,                            -- the most urgent follow-up, null = nothing due ever
  due_from bigint,                          -- from when it may be done
  due_by bigint,                            -- by when it must be done
  rank int,                                 -- colour first, then activity; smaller is sooner
  worth bigint,                             -- expected value, minor units of the workspace currency
  facts jsonb NOT NULL,                     -- fact values behind the follow-up, moments in ms
  -- What the queue filters by, taken out of the facts so that an index can hold it.
  snoozed_until bigint GENERATED ALWAYS AS ((facts ->> 'snoozed_until')::bigint) STORED,
  last_touch bigint GENERATED ALWAYS AS ((facts ->> 'last_touch')::bigint) STORED,
  opens_at bigint GENERATED ALWAYS AS (     -- due_from; what our own message began waits half its time
    greatest(due_from, CASE WHEN (facts ->> 'last_answer')::bigint >= due_from
      THEN ((facts ->> 'last_answer')::bigint + due_by) / 2 END)) STORED,
  touches_7d int NOT NULL GENERATED ALWAYS AS (coalesce((facts ->> 'touches_7d')::int, 0)) STORED,
  wrote_at bigint GENERATED ALWAYS AS (     -- last message that waits for an answer; "stop" does not
    CASE WHEN facts ->> 'open_message' IS NOT NULL
      AND (facts ->> 'last_inbound')::bigint > coalesce((facts ->> 'asked_to_stop')::bigint, -1)
    THEN (facts ->> 'last_inbound')::bigint END) STORED,
  stopped boolean NOT NULL GENERATED ALWAYS AS (  -- wants no marketing, and has not come back
    coalesce(greatest((facts ->> 'opted_out')::bigint, (facts ->> 'asked_to_stop')::bigint)
      > coalesce((facts ->> 'opted_in')::bigint, -1), false)) STORED
);
CREATE INDEX standings_recheck ON standings (recheck_at) WHERE recheck_at IS NOT NULL;
CREATE INDEX standings_queue ON standings (rank, due_by, worth DESC, customer_id)
  INCLUDE (opens_at, owner, snoozed_until, touches_7d, wrote_at, stopped)
  WHERE playbook IS NOT NULL;
CREATE INDEX standings_touched ON standings (last_touch) WHERE last_touch IS NOT NULL;

CREATE TABLE assignments (                  -- label history: what was concluded, when, and why
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  dimension text NOT NULL,
  label text NOT NULL,
  shade text,                               -- deep, light on green
  since bigint,                             -- logical: an event's known_at or a recheck moment; null = not yet found
  until_at bigint,                          -- null while it holds
  rule text NOT NULL,                       -- row id in the pack, or 'manual'
  pack text NOT NULL,                       -- name and version
  origin text NOT NULL,                     -- rule, person, import, connector, history
  cause text NOT NULL,                      -- event, time, rule_change, manual, fill, repair
  evidence jsonb NOT NULL,                  -- {"facts": {...}, "events": [ids], "count": n}
  because text NOT NULL                     -- one sentence, English
);
CREATE INDEX assignments_customer ON assignments (customer_id);
CREATE UNIQUE INDEX assignments_now ON assignments (customer_id, dimension, label) INCLUDE (id, shade, rule)
  WHERE until_at IS NULL;
CREATE INDEX assignments_label ON assignments (dimension, label, customer_id) WHERE until_at IS NULL;
-- A label says its dimension; without knowing so PostgreSQL expects far too few rows and walks them one by one.
CREATE STATISTICS assignments_labels (dependencies, mcv) ON dimension, label FROM assignments;

CREATE TABLE workspace (                    -- settings that people change while it runs
  key text PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,                -- sign-in name, and what "owner" holds
  password_hash text NOT NULL,              -- argon2id
  role text NOT NULL CHECK (role IN ('rep', 'lead', 'admin')),
  language text NOT NULL DEFAULT 'en',
  minutes_a_day int NOT NULL DEFAULT 240,   -- what the queue plans against
  created_at bigint NOT NULL
);

CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY,             -- SHA-256 of the cookie
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  csrf text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE tokens (                       -- bearer tokens of the API
  token_hash bytea PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('rep', 'lead', 'admin')),
  created_at bigint NOT NULL,
  revoked_at bigint
);

CREATE TABLE idempotency (                  -- answers to writes that carried an Idempotency-Key
  key text PRIMARY KEY,
  request_hash bytea NOT NULL,
  answer jsonb NOT NULL,
  status int NOT NULL,
  at bigint NOT NULL
);
