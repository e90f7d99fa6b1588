-- What reviews read, and the alerts that they open and close.

CREATE TABLE alerts (                       -- a condition that a team should know of, while it holds
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,                       -- red_high, grey_up, leak_high, ...: see insights/reviews/alerts.py
  owner text NOT NULL,                      -- whose customers: a rep's name; '' = the whole team's
  opened_at bigint NOT NULL,                -- when it was first seen to hold
  closed_at bigint,                         -- when it was first seen to have ended; null = it holds
  figure double precision NOT NULL,         -- as last seen while it held
  bound double precision NOT NULL,          -- what the figure passed
  seen_at bigint NOT NULL                   -- when it was last seen to hold
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, owner) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (opened_at);

-- Counting labels as of past moments must not read the evidence beside them.
DROP INDEX assignments_label;
CREATE INDEX assignments_label ON assignments (dimension, label, customer_id) INCLUDE (since)
  WHERE until_at IS NULL;
CREATE INDEX assignments_ended ON assignments (dimension, until_at) INCLUDE (label, customer_id, since)
  WHERE until_at IS NOT NULL;
CREATE INDEX assignments_reds ON assignments (since) INCLUDE (customer_id, until_at, rule, origin, cause)
  WHERE dimension = 'follow_up' AND label = 'red';
CREATE INDEX assignments_by_hand ON assignments (dimension, since, customer_id)
  WHERE until_at IS NULL AND rule = 'manual';

-- Orders of a stretch of time, whoever's.
CREATE INDEX events_orders_placed ON events (pos) INCLUDE (id, handle_id, key, status, known_at) WHERE type = 'order';
