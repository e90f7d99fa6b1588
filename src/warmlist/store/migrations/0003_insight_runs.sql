-- What jobs over the whole log found out, run by run, and the way to what they read.

CREATE TABLE insight_runs (                 -- one run of a job, with what it found for the workspace
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text NOT NULL,                        -- windows, tiers, regions, ...; 'limits': accepted by a person
  at_ms bigint NOT NULL,                    -- the moment it was asked for; it read what was known by then
  result jsonb NOT NULL,
  withheld jsonb NOT NULL,                  -- [sentences]: what was not concluded, and why
  concluded boolean NOT NULL,               -- false: nothing about customers; their labels stayed as they were
  added int NOT NULL,                       -- labels that it gave to customers
  removed int NOT NULL,                     -- labels that it took back
  by_name text NOT NULL                     -- 'warmlist', or who accepted
);
CREATE INDEX insight_runs_newest ON insight_runs (job, at_ms DESC, id DESC);

-- Lines of orders are in no index and no copy: jobs find them among all other events by this.
CREATE INDEX events_orders ON events (known_at) WHERE type = 'order';
