-- says: customers for whom a red spell may be open now; pos is the order since which spells count
-- facts: last_order, open_trigger, last_quote, last_inbound
SELECT asked, as_of, CAST(0 AS BIGINT) AS event_id, COALESCE(last_order, -1) AS pos
FROM {facts}
WHERE COALESCE(open_trigger >= (as_of - {red_lasts}) * 1048576, FALSE)
  OR COALESCE(last_quote > COALESCE(last_inbound, -1)
    AND as_of - (last_quote >> 20) >= {second_red_after}
    AND as_of - (last_quote >> 20) <= {second_red_after} + {red_lasts}, FALSE)
