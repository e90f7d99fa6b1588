-- says: until when the customer's follow-up is put off
-- needs: marks
SELECT customer_id, as_of, event_id, moment_at * 1048576 AS pos
FROM marks
WHERE kind IN ('snooze', 'skip') AND moment_at IS NOT NULL
