-- says: what became known about the customer as a person or company
-- column kind: b2b, b2c
-- column category: where the customer comes from: website, community, offline, ad, referral
-- base: type = 'profile'
SELECT asked, as_of, event_id, pos, kind, category
FROM log
WHERE {base}
