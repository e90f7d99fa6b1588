-- says: interactions of the customer, by what began each; acts under 30 minutes apart count once
-- needs: messages, visits, movements
SELECT asked, as_of, event_id, pos
FROM (
  SELECT asked, as_of, event_id, pos,
    LAG(pos) OVER (PARTITION BY asked ORDER BY pos, event_id) AS previous
  FROM (
    SELECT asked, as_of, event_id, pos FROM messages WHERE direction = 'in'
    UNION ALL
    SELECT asked, as_of, event_id, pos FROM visits
    UNION ALL
    SELECT asked, as_of, event_id, pos FROM movements WHERE status = 'paid'
  ) AS acts
  WHERE pos >= (as_of - {horizon} - {interaction_gap}) * 1048576
) AS steps
WHERE (previous IS NULL OR (pos >> 20) - (previous >> 20) >= {interaction_gap})
  AND pos >= (as_of - {horizon}) * 1048576
