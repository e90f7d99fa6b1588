-- says: contacts of the team with this one customer; messages under 30 minutes apart count once
-- needs: messages, marks
SELECT asked, as_of, event_id, pos
FROM (
  SELECT asked, as_of, event_id, pos,
    LAG(pos) OVER (PARTITION BY asked ORDER BY pos, event_id) AS previous
  FROM (
    SELECT asked, as_of, event_id, pos FROM messages WHERE direction = 'out' AND personal
    UNION ALL
    SELECT asked, as_of, event_id, pos FROM marks WHERE kind = 'done'
  ) AS contacts
  WHERE pos >= (as_of - {horizon} - {interaction_gap}) * 1048576
) AS steps
WHERE (previous IS NULL OR (pos >> 20) - (previous >> 20) >= {interaction_gap})
  AND pos >= (as_of - {horizon}) * 1048576
