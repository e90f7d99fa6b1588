-- When the guard lets the follow-up of each customer through, so that the queue knows it of everybody.

CREATE TABLE openings (
  customer_id bigint NOT NULL,
  shut_from bigint,                         -- the next stretch in which the guard says no; null = none known of
  shut_until bigint,                        -- its end; null = for good
  look_at bigint,                           -- when the guard is to be asked (again); null = not before there is news
  PRIMARY KEY (customer_id) INCLUDE (shut_from, shut_until)
);
CREATE INDEX openings_look ON openings (look_at) WHERE look_at IS NOT NULL;

-- Whoever stands anew is asked about anew, once the follow-up begins; until then nothing is known against it.
CREATE FUNCTION forget_openings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO openings (customer_id, look_at) SELECT customer_id, opens_at FROM fresh WHERE playbook IS NOT NULL
  ON CONFLICT (customer_id) DO UPDATE SET shut_from = NULL, shut_until = NULL, look_at = excluded.look_at;
  RETURN NULL;
END
$$;
CREATE TRIGGER standings_begun AFTER INSERT ON standings
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION forget_openings();
CREATE TRIGGER standings_changed AFTER UPDATE ON standings
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION forget_openings();
INSERT INTO openings (customer_id, look_at) SELECT customer_id, opens_at FROM standings WHERE playbook IS NOT NULL;
