-- says: what happened between team and customer since the last order, where a red spell may be open
-- column step: 1 customer wrote, 2 asked the price, 3 showed high intent, 4 refused, 5 team wrote, 6 team quoted, 7 follow-up done
-- needs: red_open, messages, marks, readings
SELECT m.customer_id, m.as_of, m.event_id, m.pos,
  CASE WHEN m.direction = 'in' THEN 1 ELSE 5 END AS step
FROM messages AS m
JOIN red_open AS o ON o.customer_id = m.customer_id AND o.as_of = m.as_of
WHERE m.pos > o.pos AND (m.direction = 'in' OR m.personal)
UNION ALL
SELECT m.customer_id, m.as_of, m.event_id, m.pos, 6 AS step
FROM messages AS m
JOIN red_open AS o ON o.customer_id = m.customer_id AND o.as_of = m.as_of
WHERE m.pos > o.pos AND m.direction = 'out' AND m.purpose = 'quote'
UNION ALL
SELECT d.customer_id, d.as_of, d.event_id, d.pos, 7 AS step
FROM marks AS d
JOIN red_open AS o ON o.customer_id = d.customer_id AND o.as_of = d.as_of
WHERE d.pos > o.pos AND d.kind = 'done'
UNION ALL
SELECT r.customer_id, r.as_of, r.event_id, r.pos, 2 AS step
FROM readings AS r
JOIN red_open AS o ON o.customer_id = r.customer_id AND o.as_of = r.as_of
WHERE r.pos > o.pos AND (r.bits & {says:price_inquiry}) <> 0
UNION ALL
SELECT r.customer_id, r.as_of, r.event_id, r.pos, 3 AS step
FROM readings AS r
JOIN red_open AS o ON o.customer_id = r.customer_id AND o.as_of = r.as_of
WHERE r.pos > o.pos
  AND (r.bits & {says:price_inquiry,discount_inquiry,stock_inquiry,purchase_commitment}) <> 0
UNION ALL
SELECT r.customer_id, r.as_of, r.event_id, r.pos, 4 AS step
FROM readings AS r
JOIN red_open AS o ON o.customer_id = r.customer_id AND o.as_of = r.as_of
WHERE r.pos > o.pos AND (r.bits & {says:refusal,defer_contact,opt_out}) <> 0
