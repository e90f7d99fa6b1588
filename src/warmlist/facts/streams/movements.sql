-- says: money coming in by paid orders and going back by cancelled and returned ones
-- column status: paid, cancelled, returned
-- column key: the order
-- column value: minor units of the workspace currency, negative when it goes back; unknown without a rate
-- base: type = 'order'
SELECT asked, as_of, event_id, pos, status, key, value
FROM log
WHERE {base}
