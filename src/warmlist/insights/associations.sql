-- name: items
-- The items that most customers bought, of those that enough did; numbered so that pairs are cheap.
CREATE OR REPLACE TEMP TABLE items AS
SELECT ROW_NUMBER() OVER (ORDER BY item) - 1 AS number, item, customers
FROM (
  SELECT item, COUNT(DISTINCT customer_id)::BIGINT AS customers FROM bought GROUP BY item
  HAVING COUNT(DISTINCT customer_id) >= {association_customers}
  ORDER BY customers DESC, item LIMIT {most}
) AS common

-- name: uneven
-- For each item, the part of its orders that lies in other months than all orders do: 0 all year round, 1 never alike.
WITH months AS (
  SELECT number, ms // 2592000000 AS month, COUNT(DISTINCT event_id) AS n
  FROM bought JOIN items USING (item) GROUP BY number, month
), every AS (
  SELECT ms // 2592000000 AS month, COUNT(DISTINCT event_id) / SUM(COUNT(DISTINCT event_id)) OVER () AS part
  FROM bought GROUP BY month
)
SELECT s.number, SUM(ABS(COALESCE(m.n / s.total, 0) - e.part))::DOUBLE / 2 AS uneven
FROM (SELECT number, SUM(n) AS total FROM months GROUP BY number) AS s
CROSS JOIN every AS e
LEFT JOIN months AS m ON m.number = s.number AND m.month = e.month
GROUP BY s.number ORDER BY s.number

-- name: baskets
-- Every order with how many different items it holds, and how many its customer had bought by its end.
CREATE OR REPLACE TEMP TABLE baskets AS
SELECT customer_id, event_id, ms, slots,
  SUM(slots) OVER (PARTITION BY customer_id ORDER BY pos, event_id)::BIGINT AS reach
FROM (
  SELECT customer_id, event_id, MIN(ms) AS ms, MIN(pos) AS pos, COUNT(DISTINCT item)::BIGINT AS slots
  FROM bought GROUP BY customer_id, event_id
) AS sizes

-- name: firsts
-- The first time that each customer bought each item: when, and the slots of that order, [from_slot, reach).
-- stop: the last slot within the window after it, where the window is over. Slots are numbered by customer.
CREATE OR REPLACE TEMP TABLE firsts AS
SELECT f.*, FLOOR(LOG2(f.reach + 1))::INT AS stage, FLOOR(LOG2(f.stop + 1))::INT AS stop_stage
FROM (
  SELECT b.customer_id, b.number, b.ms, b.reach, b.from_slot,
    CASE WHEN b.ms + {association_window} <= {at} THEN w.reach END AS stop
  FROM (
    SELECT b.customer_id, i.number, MIN(b.ms) AS ms, MIN(k.reach) AS reach,
      MIN(k.reach - k.slots) AS from_slot
    FROM bought AS b
    JOIN items AS i ON i.item = b.item
    JOIN baskets AS k ON k.customer_id = b.customer_id AND k.event_id = b.event_id
    GROUP BY b.customer_id, i.number
  ) AS b
  ASOF JOIN (
    SELECT customer_id, ms, MAX(reach) AS reach FROM baskets GROUP BY customer_id, ms
  ) AS w ON w.customer_id = b.customer_id AND w.ms <= b.ms + {association_window}
) AS f

-- name: stages
-- Slots by how far the customer had come: stage n holds those from 2^n - 1 until 2^(n+1) - 1.
CREATE OR REPLACE TEMP TABLE stages AS
SELECT n AS stage, 2 ** n - 1 AS low, 2 ** (n + 1) - 1 AS high
FROM RANGE((SELECT FLOOR(LOG2(COALESCE(MAX(reach), 0) + 1))::BIGINT + 1 FROM baskets)) AS s (n)

-- name: reached
-- How many slots were filled in each stage, whatever with.
SELECT s.stage, SUM(LEAST(t.total, s.high) - s.low)::DOUBLE AS slots
FROM (SELECT customer_id, MAX(reach) AS total FROM baskets GROUP BY customer_id) AS t
JOIN stages AS s ON s.low < t.total
GROUP BY s.stage ORDER BY s.stage

-- name: bought_first
-- For each item and stage, how many bought it there first; an order over several stages counts in parts.
SELECT f.number, s.stage,
  SUM((LEAST(f.reach, s.high) - GREATEST(f.from_slot, s.low)) / (f.reach - f.from_slot))::DOUBLE AS firsts
FROM firsts AS f JOIN stages AS s ON s.low < f.reach AND s.high > f.from_slot
GROUP BY f.number, s.stage ORDER BY f.number, s.stage

-- name: filled_after
-- For each item and stage, the slots that its buyers filled after the order in which they first had it.
SELECT f.number, s.stage, SUM(LEAST(t.total, s.high) - GREATEST(f.reach, s.low))::DOUBLE AS slots
FROM firsts AS f
JOIN (SELECT customer_id, MAX(reach) AS total FROM baskets GROUP BY customer_id) AS t USING (customer_id)
JOIN stages AS s ON s.low < t.total AND s.high > f.reach
WHERE t.total > f.reach
GROUP BY f.number, s.stage ORDER BY f.number, s.stage

-- name: exposed
-- For each item and stage, the slots filled within the window after its first purchase.
SELECT f.number, s.stage, SUM(LEAST(f.stop, s.high) - GREATEST(f.reach, s.low))::DOUBLE AS slots
FROM firsts AS f JOIN stages AS s ON s.low < f.stop AND s.high > f.reach
WHERE f.stop > f.reach
GROUP BY f.number, s.stage ORDER BY f.number, s.stage

-- name: starters
-- How many customers' windows after each item are over.
SELECT number, COUNT(*)::DOUBLE AS customers FROM firsts WHERE stop IS NOT NULL GROUP BY number ORDER BY number

-- name: met
-- Of customers who bought A and at some time B: who had B before A or with it, who bought it first within the
-- window after A, and how much chance of B lay in that part of the window in which they had it already.
SELECT a.number AS a, b.number AS b,
  SUM(CASE WHEN b.reach <= a.reach THEN 1 ELSE 0 END)::DOUBLE AS already,
  SUM(CASE WHEN b.reach > a.reach THEN 1 ELSE 0 END)::DOUBLE AS followed,
  SUM(
    c.sums[a.stop_stage + 1] + c.rates[a.stop_stage + 1] * (a.stop + 1 - 2 ** a.stop_stage)
    - CASE WHEN b.reach <= a.reach
      THEN c.sums[a.stage + 1] + c.rates[a.stage + 1] * (a.reach + 1 - 2 ** a.stage)
      ELSE c.sums[b.stage + 1] + c.rates[b.stage + 1] * (b.reach + 1 - 2 ** b.stage) END
  )::DOUBLE AS spared
FROM firsts AS a
JOIN firsts AS b ON b.customer_id = a.customer_id AND b.number <> a.number
JOIN chances AS c ON c.number = b.number
WHERE a.stop IS NOT NULL AND b.reach <= a.stop
GROUP BY a.number, b.number ORDER BY a.number, b.number

-- name: links
-- The links with the names of their items.
CREATE OR REPLACE TEMP TABLE links AS
SELECT l.*, a.item AS a_item, b.item AS b_item
FROM numbered_links AS l JOIN items AS a ON a.number = l.a JOIN items AS b ON b.number = l.b

-- name: told
-- The links that most customers beyond chance followed.
SELECT a_item AS a, b_item AS b, customers, followed, expected, support, confidence, lift, chance
FROM links ORDER BY followed - expected DESC, a_item, b_item LIMIT {most}

-- name: labels
-- Who bought A within the window and not yet B; of many the links that hold most often.
INSERT INTO wanted
SELECT customer_id, 'product', 'without:' || a_item || '->' || b_item, until,
  json_object('confidence', confidence, 'lift', lift, 'customers', customers)
FROM (
  SELECT a.customer_id, l.a_item, l.b_item, a.ms + {association_window} AS until, l.confidence, l.lift, l.customers
  FROM links AS l
  JOIN firsts AS a ON a.number = l.a
  LEFT JOIN firsts AS b ON b.customer_id = a.customer_id AND b.number = l.b
  WHERE b.customer_id IS NULL AND a.ms + {association_window} > {at}
) AS open
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY confidence DESC, lift DESC, a_item, b_item) <= {association_labels}
