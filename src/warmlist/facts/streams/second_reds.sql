-- says: quotes to a customer of high intent that stayed without an answer: they turn red once more
-- needs: red_steps
SELECT asked, as_of, event_id, due AS pos
FROM (
  SELECT asked, as_of, event_id, pos, last_high, last_refusal, next_in,
    ((pos >> 20) + {second_red_after}) * 1048576 AS due,
    LEAD(pos) OVER (PARTITION BY asked ORDER BY pos, step, event_id) AS next_quote
  FROM (
    SELECT asked, as_of, event_id, pos, step, personal, quoted,
      MAX(CASE WHEN (bits & {says:price_inquiry}) <> 0 THEN pos END) OVER earlier AS last_price,
      MAX(CASE WHEN step = 3 AND personal THEN pos END) OVER earlier AS last_out,
      MAX(CASE WHEN (bits & {says:price_inquiry,discount_inquiry,stock_inquiry,purchase_commitment}) <> 0
        THEN pos END) OVER earlier AS last_high,
      MAX(CASE WHEN (bits & {says:refusal,defer_contact,opt_out}) <> 0 THEN pos END) OVER earlier
        AS last_refusal,
      MIN(CASE WHEN step = 1 THEN pos END) OVER later AS next_in
    FROM red_steps
    WINDOW earlier AS (PARTITION BY asked ORDER BY pos, step, event_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
      later AS (PARTITION BY asked ORDER BY pos, step, event_id
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
  ) AS steps
  WHERE step = 3 AND (quoted OR (personal AND last_price > COALESCE(last_out, -1)))
) AS quotes
WHERE last_high > COALESCE(last_refusal, -1)
  AND (pos >> 20) - (last_high >> 20) <= {intent_lasts}
  AND (due >> 20) <= as_of
  AND COALESCE(next_in >= due, TRUE) AND COALESCE(next_quote >= due, TRUE)
