-- says: by which clock the customer lives, as the strongest word about the time zone says; UTC where there is none
-- column local_ms: what the clock shows, in ms since the beginning of 1970
-- column until_ms: when the clock is changed next
-- column offset_ms: until then, what local time is ahead of UTC
-- column next_ms: and behind it
-- facts: how_to_asked, opens_30d, passive_since
-- needs: tags
SELECT f.asked, f.as_of, CAST(0 AS BIGINT) AS event_id, f.as_of * 1048576 AS pos,
  f.as_of + o.offset_ms AS local_ms, o.until_ms, o.offset_ms, o.next_ms
FROM {facts} AS f
LEFT JOIN (
  SELECT t.asked, z.rules, ROW_NUMBER() OVER (PARTITION BY t.asked
    ORDER BY COALESCE(t.number, 1) DESC, t.pos DESC, COALESCE(t.event_id, 0) DESC, t.label) AS n
  FROM tags AS t
  JOIN {zones} AS z ON z.zone = t.label
  WHERE t.dimension = 'time_zone' AND t.kind = 'add' AND (t.moment_at IS NULL OR t.moment_at > t.as_of)
) AS told ON told.asked = f.asked AND told.n = 1
JOIN {offsets} AS o
  ON o.rules = COALESCE(told.rules, {utc}) AND o.from_ms <= f.as_of AND o.until_ms > f.as_of
WHERE f.how_to_asked IS NOT NULL OR f.passive_since IS NOT NULL OR f.opens_30d >= {reader_opens}
