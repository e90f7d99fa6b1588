-- says: turns of the customer's life, such as a birth, on the days that were noted for them
-- column label: pregnancy, birth, wedding, move, or another key that the customer's data name
-- needs: tags
SELECT asked, as_of, event_id, moment_at * 1048576 AS pos, label
FROM (
  SELECT asked, as_of, event_id, pos, kind, label, moment_at,
    ROW_NUMBER() OVER (PARTITION BY asked, number, label, moment_at
      ORDER BY pos DESC, COALESCE(event_id, 0) DESC) AS n,
    MAX(CASE WHEN kind = 'clear' THEN pos END) OVER (PARTITION BY asked, number) AS cleared
  FROM tags
  WHERE dimension = 'life_point'
) AS acts
WHERE n = 1 AND kind = 'add' AND moment_at <= as_of AND (cleared IS NULL OR pos >= cleared)
