-- name: handles
-- Which handles belong to the customers asked about.
SELECT id AS handle_id, customer_id FROM handles WHERE customer_id IN ({customers})

-- name: events
-- Every event of these customers that a plan can use, and what their messages were read as.
SELECT e.id AS event_id, e.handle_id, e.type, e.pos, e.known_at, g.gone_at, e.direction, e.kind,
  e.purpose, e.personal, e.status, e.key, e.value, e.number, e.sku, e.category, e.dimension, e.label,
  e.moment_at, NULL::bigint AS bits
FROM handles h
JOIN events e ON e.handle_id = h.id
LEFT JOIN superseded g ON g.event_id = e.id
WHERE h.customer_id IN ({customers}) AND (e.type <> 'receipt' OR e.status IN ('read', 'played'))
UNION ALL
SELECT s.event_id, s.handle_id, 'reading', s.pos, s.known_at, least(s.gone_at, g.gone_at), NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.bits
FROM handles h
JOIN signals s ON s.handle_id = h.id
LEFT JOIN superseded g ON g.event_id = s.event_id
WHERE h.customer_id IN ({customers}) AND s.bits <> 0
UNION ALL
SELECT t.event_id, t.handle_id, 'tag', t.pos, t.known_at, least(t.gone_at, g.gone_at), NULL, t.kind,
  NULL, NULL, NULL, NULL, NULL, t.rank, NULL, NULL, t.dimension, t.label, t.until_at, NULL
FROM handles h
JOIN tags t ON t.handle_id = h.id
LEFT JOIN superseded g ON g.event_id = t.event_id
WHERE h.customer_id IN ({customers})
