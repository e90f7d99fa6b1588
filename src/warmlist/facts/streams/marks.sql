-- says: follow-ups that a person marked done, snoozed or skipped, and marketing opt-outs and opt-ins
-- column kind: done, snooze, skip, stop, resume
-- column moment_at: until when it was put off, epoch ms
-- base: type IN ('follow_up', 'preference') AND kind IS NOT NULL
SELECT asked, as_of, event_id, pos, kind, moment_at
FROM log
WHERE {base}
