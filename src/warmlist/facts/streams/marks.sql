-- says: follow-ups that a person marked done, snoozed or skipped, and marketing opt-outs and opt-ins
-- column kind: done, snooze, skip, stop, resume
-- column moment_at: until when it was put off, epoch ms
SELECT w.customer_id, w.as_of, e.event_id, e.pos, e.kind, e.moment_at
FROM who AS w
JOIN events AS e ON e.handle_id = w.handle_id
WHERE e.type IN ('follow_up', 'preference') AND e.kind IS NOT NULL
  AND e.known_at < w.as_of AND e.pos < w.now_pos
  AND (e.gone_at IS NULL OR e.gone_at >= w.as_of)
