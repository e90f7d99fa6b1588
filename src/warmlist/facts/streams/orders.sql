-- says: paid orders that stand: neither cancelled nor returned whole
-- column value: minor units of the workspace currency; unknown without a rate
-- needs: movements
SELECT p.asked, p.as_of, p.event_id, p.pos, p.value
FROM movements AS p
LEFT JOIN (
  SELECT asked, key,
    MAX(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,
    SUM(CASE WHEN status = 'returned' THEN -value ELSE 0 END) AS returned
  FROM movements WHERE status <> 'paid' GROUP BY asked, key
) AS b ON b.asked = p.asked AND b.key = p.key
WHERE p.status = 'paid'
  AND (b.key IS NULL OR (b.cancelled = 0 AND NOT COALESCE(b.returned >= p.value, FALSE)))
