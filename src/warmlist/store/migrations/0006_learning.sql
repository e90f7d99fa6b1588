-- What people teach the reader, what it learnt from that, and history read again by a newer version.

CREATE TABLE former_readings (              -- what messages were read as before a newer version read them
  event_id bigint NOT NULL REFERENCES events ON DELETE CASCADE,
  version text NOT NULL,
  known_at bigint NOT NULL,
  gone_at bigint,
  bits bigint NOT NULL,
  found jsonb NOT NULL,
  retired_at bigint NOT NULL                -- until when these rows were the ones that counted
);
CREATE INDEX former_readings_event ON former_readings (event_id);

CREATE TABLE lessons (                      -- one a word of a person about one signal of one message
  event_id bigint PRIMARY KEY REFERENCES events ON DELETE CASCADE,  -- of the signal event
  message_id bigint NOT NULL REFERENCES events ON DELETE CASCADE,
  signal text NOT NULL,
  wanted boolean NOT NULL,                  -- confirmed; false = rejected
  found boolean NOT NULL,                   -- whether the reader had said it
  lang text,                                -- of the message; null = it does not tell
  version text NOT NULL,                    -- of the reader that had read the message
  at bigint NOT NULL,                       -- when the person said so
  by_name text NOT NULL,
  counts boolean NOT NULL DEFAULT true      -- false once a later word about the same replaced or withdrew it
);
CREATE INDEX lessons_of ON lessons (message_id, signal);
CREATE INDEX lessons_counting ON lessons (at DESC) WHERE counts;

CREATE TABLE patterns (                     -- words that corrections agree on, for the lexicon
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  signal text NOT NULL,
  words text NOT NULL,                      -- folded, as the lexicon writes them
  lang text,
  state text NOT NULL CHECK (state IN ('proposed', 'accepted', 'rejected')),
  messages int NOT NULL,                    -- that were confirmed and have these words
  proposed_at bigint NOT NULL,
  decided_at bigint,
  decided_by text,
  CONSTRAINT patterns_once UNIQUE (signal, words)
);

CREATE TABLE learnt (                       -- every state of what the workspace taught, dated
  number int PRIMARY KEY,                   -- the n of a version "...+wn"
  made_at bigint NOT NULL,
  up_to bigint NOT NULL,                    -- the newest signal event that went in
  base text NOT NULL,                       -- version of the shipped reader it was fitted to
  lessons int NOT NULL,
  patterns int NOT NULL,
  content jsonb                             -- see understanding.learning.taught; null for old numbers
);

CREATE TABLE rereads (                      -- runs of a newer version over messages of the past
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version text NOT NULL,
  since bigint NOT NULL,                    -- epoch ms; older messages stay as they were read
  started_at bigint NOT NULL,
  finished_at bigint,
  total bigint NOT NULL,                    -- messages to read, counted at the start
  seen bigint NOT NULL DEFAULT 0,
  changed bigint NOT NULL DEFAULT 0,
  at_handle bigint NOT NULL DEFAULT 0,      -- how far it got: handle, pos and event of the last one read
  at_pos bigint NOT NULL DEFAULT 0,
  at_event bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX rereads_open ON rereads ((true)) WHERE finished_at IS NULL;

CREATE INDEX events_signals ON events (id) WHERE type = 'signal';
-- Stops that are only suspected are asked about: bit 2048 is opt_out.
CREATE INDEX signals_opt_out ON signals (known_at) WHERE gone_at IS NULL AND bits & 2048 <> 0;

CREATE TABLE llm_asked (                    -- messages that a language model was asked about, where one is set
  message_id bigint PRIMARY KEY REFERENCES events ON DELETE CASCADE,
  text_key bigint NOT NULL,                 -- hash of what was sent: the same text is asked once
  at bigint NOT NULL,
  model text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('sure', 'asked', 'known', 'failed')),
  found jsonb NOT NULL                      -- [{name, evidence, confidence}], as it was checked
);
CREATE INDEX llm_asked_text ON llm_asked (text_key) WHERE outcome = 'asked';
CREATE INDEX llm_asked_at ON llm_asked (at) WHERE outcome IN ('asked', 'failed');
