-- says: red spells since the last order, by what began each; told only while one may be open
-- needs: triggers, red_open, red_steps, second_reds
SELECT asked, as_of, event_id, pos
FROM (
  SELECT asked, as_of, event_id, pos, role,
    MAX(CASE WHEN role = 1 THEN pos END) OVER earlier AS last_red,
    MAX(CASE WHEN role = 0 THEN pos END) OVER earlier AS last_answer
  FROM (
    SELECT t.asked, t.as_of, t.event_id, t.pos, 1 AS role
    FROM triggers AS t
    JOIN red_open AS o ON o.asked = t.asked
    WHERE t.pos > o.pos
    UNION ALL
    SELECT asked, as_of, event_id, pos, 1 AS role FROM second_reds
    UNION ALL
    SELECT asked, as_of, event_id, pos, 0 AS role FROM red_steps
    WHERE (step = 3 AND personal) OR step = 4
  ) AS turns
  WINDOW earlier AS (PARTITION BY asked ORDER BY pos, role, event_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS spells
WHERE role = 1 AND (last_red IS NULL OR last_answer > last_red
  OR (pos >> 20) - (last_red >> 20) > {red_lasts})
