-- says: the Thursday afternoon and the month's last working hours, by the customer's clock, that are on or come next
-- column kind: thursday (14 to 18), month_end (the last day, 9 to 18)
-- needs: clock
SELECT asked, as_of, event_id, kind,
  (begins_ms - CASE WHEN begins_ms - offset_ms >= until_ms THEN next_ms ELSE offset_ms END) * 1048576 AS pos
FROM (
  SELECT asked, as_of, event_id, until_ms, offset_ms, next_ms, 'thursday' AS kind,
    local_ms - local_ms % 604800000 + 50400000
      + CASE WHEN local_ms % 604800000 > 64800000 THEN 604800000 ELSE 0 END AS begins_ms
  FROM clock
  UNION ALL
  SELECT c.asked, c.as_of, c.event_id, c.until_ms, c.offset_ms, c.next_ms, 'month_end' AS kind, m.begins_ms
  FROM clock AS c
  JOIN {months} AS m ON c.local_ms > m.behind_ms AND c.local_ms <= m.until_ms
) AS s
