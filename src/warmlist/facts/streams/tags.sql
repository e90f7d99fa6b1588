-- says: words about the customer that events carry or jobs found: country, products, preferences, findings
-- column dimension: what the word is about
-- column label: the word
-- column kind: add, remove, or clear (all earlier ones of this dimension and rank)
-- column number: 3 stated by the customer, 2 noted by the team, 1 or unknown worked out
-- column moment_at: when it runs out, epoch ms
-- base: type IN ('tag', 'finding')
SELECT asked, as_of, event_id, pos, dimension, label, kind, number, moment_at
FROM log
WHERE {base}
