-- says: things the customer did besides writing and ordering
-- column type: view, click, cart, form, event, feedback
-- column kind: of an event: online, offline
-- column sku: the product it was about
-- column category: of the product viewed
-- column number: seconds of a view, score of a feedback
-- column value: price of the product viewed, minor units of the workspace currency; unknown without a rate
-- base: type IN ('view', 'click', 'cart', 'form', 'event', 'feedback')
SELECT asked, as_of, event_id, pos, type, kind, sku, category, number, value
FROM log
WHERE {base}
