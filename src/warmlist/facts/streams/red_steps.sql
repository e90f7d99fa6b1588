-- says: what happened between team and customer since the last order, where a red spell may be open
-- column step: 1 customer wrote, 2 what the message says, 3 team wrote, 4 follow-up done
-- column bits: what the message says, one bit a signal
-- column personal: written by the team to this one customer, no broadcast
-- column quoted: marked as a quote by the team
-- needs: red_open, messages, marks, readings
SELECT s.asked, s.as_of, s.event_id, s.pos, s.step, s.bits, s.personal, s.quoted
FROM (
  SELECT asked, as_of, event_id, pos, CASE WHEN direction = 'in' THEN 1 ELSE 3 END AS step,
    CAST(NULL AS BIGINT) AS bits, COALESCE(personal, FALSE) AS personal,
    COALESCE(direction = 'out' AND purpose = 'quote', FALSE) AS quoted
  FROM messages
  WHERE direction = 'in' OR personal OR purpose = 'quote'
  UNION ALL
  SELECT asked, as_of, event_id, pos, 2 AS step, bits, FALSE AS personal, FALSE AS quoted
  FROM readings
  WHERE (bits & {says:price_inquiry,discount_inquiry,stock_inquiry,purchase_commitment,refusal,defer_contact,opt_out}) <> 0
  UNION ALL
  SELECT asked, as_of, event_id, pos, 4 AS step, CAST(NULL AS BIGINT) AS bits, FALSE AS personal,
    FALSE AS quoted
  FROM marks
  WHERE kind = 'done'
) AS s
JOIN red_open AS o ON o.asked = s.asked
WHERE s.pos > o.pos
