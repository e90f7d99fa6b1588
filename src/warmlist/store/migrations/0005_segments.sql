-- Segments and views that people named, and deeds done to many customers at once.

CREATE TABLE segments (                     -- questions about customers, kept by name for the whole team
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  expression text NOT NULL,                 -- as it was written; read anew with the pack in force
  by_name text NOT NULL,                    -- who wrote it last
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL
);

CREATE TABLE views (                        -- filters of the queue, kept by name
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  owner text NOT NULL,                      -- whose view it is; '' = everybody's
  colour text,                              -- null = any, likewise below
  label text,                               -- 'dimension:label'
  customer_owner text,                      -- '' = nobody's
  by_name text NOT NULL,
  created_at bigint NOT NULL,
  UNIQUE (owner, name)
);

CREATE TABLE operations (                   -- one deed to many customers, done by the worker bit by bit
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action text NOT NULL CHECK (action IN ('add', 'remove', 'assign', 'export')),
  fields jsonb NOT NULL,                    -- what every event of it says: dimension, label, reason, until; owner
  expression text NOT NULL,                 -- the segment that it was about
  by_name text NOT NULL,
  own_only boolean NOT NULL,                -- by a rep: only while the customer is theirs
  created_at bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('working', 'done', 'undoing', 'undone')),
  total int NOT NULL,                       -- customers that it was begun for
  key text UNIQUE,                          -- of the form or request that began it: sent twice, it is begun once
  undone_by text,
  ended_at bigint                           -- when it came to be done or undone
);
CREATE INDEX operations_open ON operations (id) WHERE state IN ('working', 'undoing');

CREATE TABLE operation_customers (          -- whom an operation is about, chosen when it began
  operation_id bigint NOT NULL REFERENCES operations ON DELETE CASCADE,
  customer_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'done', 'left', 'undone')),
  why text,                                 -- of those left out: gone, theirs, has_none, by_rule, same_owner
  PRIMARY KEY (operation_id, customer_id)
);
CREATE INDEX operation_customers_state ON operation_customers (operation_id, state, customer_id);
