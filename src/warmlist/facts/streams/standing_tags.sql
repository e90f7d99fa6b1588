-- says: the newest act on each word about the customer, where it adds the word and has not run out
-- column dimension: what the word is about
-- column label: the word
-- needs: tags
SELECT asked, as_of, event_id, pos, dimension, label
FROM (
  SELECT asked, as_of, event_id, pos, dimension, label, kind, moment_at,
    ROW_NUMBER() OVER (PARTITION BY asked, dimension, label ORDER BY pos DESC, COALESCE(event_id, 0) DESC) AS n
  FROM tags
  WHERE label IS NOT NULL
) AS acts
WHERE n = 1 AND kind = 'add' AND (moment_at IS NULL OR moment_at > as_of)
