-- says: paid orders that stand: neither cancelled nor returned whole
-- column value: minor units of the workspace currency; unknown without a rate
-- needs: movements
SELECT p.customer_id, p.as_of, p.event_id, p.pos, p.value
FROM movements AS p
LEFT JOIN (
  SELECT customer_id, as_of, key,
    MAX(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,
    SUM(CASE WHEN status = 'returned' THEN -value ELSE 0 END) AS returned
  FROM movements WHERE status <> 'paid' GROUP BY customer_id, as_of, key
) AS b ON b.customer_id = p.customer_id AND b.as_of = p.as_of AND b.key = p.key
WHERE p.status = 'paid'
  AND (b.key IS NULL OR (b.cancelled = 0 AND NOT COALESCE(b.returned >= p.value, FALSE)))
