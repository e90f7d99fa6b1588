-- What a workspace lays over the built-in pack: every change is a version of its own, none is overwritten.

CREATE TABLE pack_versions (
  number int PRIMARY KEY CHECK (number > 0),  -- the n of "...+wn"
  made_at bigint NOT NULL,
  by_name text NOT NULL,
  note text NOT NULL,                         -- why
  files jsonb NOT NULL                        -- path -> text: all files as they stood from then on
);
