-- says: what the customer's messages say
-- column bits: one bit a signal
-- base: type = 'reading'
SELECT asked, as_of, event_id, pos, bits
FROM log
WHERE {base}
