-- Words about customers that events carry beside their columns: countries, products, preferences.

CREATE TABLE tags (
  event_id bigint REFERENCES events,        -- the event that carries it; null: what the handle itself tells
  handle_id bigint NOT NULL REFERENCES handles,
  pos bigint NOT NULL,                      -- of the event; 0 with what a handle tells, which is no matter of time
  known_at bigint NOT NULL,                 -- of the event, or of the correction of a message
  gone_at bigint,                           -- when a correction replaced this row
  kind text NOT NULL CHECK (kind IN ('add', 'remove', 'clear')),
  rank int NOT NULL CHECK (rank BETWEEN 1 AND 3),  -- 3 stated, 2 noted, 1 worked out
  dimension text NOT NULL,
  label text,                               -- null with clear
  until_at bigint,                          -- when it runs out
  tx xid8 NOT NULL DEFAULT pg_current_xact_id()    -- as in events
);
CREATE INDEX tags_rows ON tags (handle_id) INCLUDE (event_id, pos, known_at, gone_at, kind, rank, dimension,
  label, until_at, tx);
CREATE INDEX tags_event ON tags (event_id);
CREATE INDEX tags_tx ON tags (tx);
ALTER TABLE tags SET (autovacuum_vacuum_insert_scale_factor = 0.02);
