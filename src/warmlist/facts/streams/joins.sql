-- says: when the customer is said to have joined
SELECT asked, as_of, event_id, moment_at * 1048576 AS pos
FROM log
WHERE type = 'profile' AND moment_at IS NOT NULL AND moment_at < as_of
