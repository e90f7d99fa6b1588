-- says: what turns a customer red: an open question, a promise to buy, a cart or form, a long visit, sudden demand
-- facts: first_order, first_contact
-- needs: readings, visits
SELECT asked, as_of, event_id, pos
FROM readings
WHERE (bits & {says:price_inquiry,discount_inquiry,stock_inquiry,comparison_inquiry,purchase_commitment}) <> 0
UNION ALL
SELECT asked, as_of, event_id, pos
FROM visits
WHERE type IN ('cart', 'form')
UNION ALL
SELECT asked, as_of, event_id, pos
FROM (
  SELECT asked, as_of, event_id, pos, number,
    SUM(number) OVER (PARTITION BY asked, visit ORDER BY pos, event_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS seconds
  FROM (
    SELECT asked, as_of, event_id, pos, number,
      SUM(begins) OVER (PARTITION BY asked ORDER BY pos, event_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit
    FROM (
      SELECT asked, as_of, event_id, pos, number,
        CASE WHEN (pos >> 20) - (LAG(pos) OVER (PARTITION BY asked
          ORDER BY pos, event_id) >> 20) < {interaction_gap} THEN 0 ELSE 1 END AS begins
      FROM visits
      WHERE type = 'view' AND number > 0
    ) AS views
  ) AS numbered
) AS visited
WHERE seconds > {long_visit_seconds} AND seconds - number <= {long_visit_seconds}
UNION ALL
SELECT r.asked, r.as_of, r.event_id, r.pos
FROM readings AS r
JOIN {facts} AS f ON f.asked = r.asked
WHERE (r.bits & {says:need_statement,spec_inquiry,new_arrival_inquiry}) <> 0
  AND (COALESCE(f.first_order < r.pos, FALSE)
    OR (r.pos >> 20) - (f.first_contact >> 20) > {first_contact_lasts})
