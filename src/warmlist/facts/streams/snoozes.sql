-- says: until when the follow-up is put off, by the newest act; a message of the customer ends it
-- facts: last_inbound
-- needs: marks
SELECT m.asked, m.as_of, m.event_id, m.moment_at * 1048576 AS pos
FROM (
  SELECT asked, as_of, event_id, pos, moment_at,
    ROW_NUMBER() OVER (PARTITION BY asked ORDER BY pos DESC, event_id DESC) AS newest
  FROM marks
  WHERE kind IN ('snooze', 'skip')
) AS m
JOIN {facts} AS f ON f.asked = m.asked
WHERE m.newest = 1 AND m.moment_at IS NOT NULL AND m.pos > COALESCE(f.last_inbound, -1)
