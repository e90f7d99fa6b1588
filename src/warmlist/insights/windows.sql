-- name: acts
-- When customers read or wrote, by their own clocks: at most one act a customer, day and hour. Monday is 0.
CREATE OR REPLACE TEMP TABLE acts AS
SELECT customer_id, country, wall // 86400000 AS day, (wall // 86400000 + 3) % 7 AS weekday,
  (wall // 3600000) % 24 AS hour, BOOL_OR(reading) AS reading
FROM (
  SELECT l.customer_id, p.country, l.type = 'receipt' AS reading,
    (l.pos >> 20) + CASE WHEN (l.pos >> 20) >= c.change_at THEN c.after_ms ELSE c.before_ms END AS wall
  FROM log AS l
  JOIN people AS p ON p.customer_id = l.customer_id
  JOIN clocks AS c ON c.zone = p.zone AND c.day = (l.pos >> 20) // 86400000
  WHERE (l.type = 'receipt' OR (l.type = 'message' AND l.direction = 'in'))
    AND (l.pos >> 20) > {at} - {window_history}
) AS local
GROUP BY ALL

-- name: heat
-- Acts by country (null: unknown), weekday and hour.
SELECT country, weekday, hour, COUNT(*)::BIGINT AS n FROM acts GROUP BY ALL ORDER BY ALL

-- name: heat_of
-- Acts of one customer by weekday and hour.
SELECT weekday, hour, COUNT(*)::BIGINT AS n FROM acts WHERE customer_id = {customer} GROUP BY ALL ORDER BY ALL

-- name: spread
-- How much customers differ from all in when they act: the figures of the prior's weight, by part of the week.
WITH counted AS (
  SELECT customer_id, weekday >= 5 AS weekend, hour, COUNT(*)::DOUBLE AS k FROM acts GROUP BY ALL
), totals AS (
  SELECT customer_id, weekend, SUM(k) AS n, SUM(k * k) AS own FROM counted GROUP BY ALL
), parent AS (
  SELECT weekend, hour, SUM(k) / SUM(SUM(k)) OVER (PARTITION BY weekend) AS p FROM counted GROUP BY weekend, hour
), crossed AS (
  SELECT c.customer_id, c.weekend, SUM(c.k * p.p) AS met
  FROM counted AS c JOIN parent AS p ON p.weekend = c.weekend AND p.hour = c.hour GROUP BY ALL
), norm AS (SELECT weekend, SUM(p * p) AS pp, 1 - SUM(p * p) AS room FROM parent GROUP BY weekend)
SELECT t.weekend, SUM((t.own / t.n - 2 * x.met + t.n * n.pp) / n.room) AS spread, COUNT(*)::DOUBLE AS groups,
  SUM(t.n) AS trials, SUM(t.n * t.n) / SUM(t.n) AS squares
FROM totals AS t
JOIN crossed AS x ON x.customer_id = t.customer_id AND x.weekend = t.weekend
JOIN norm AS n ON n.weekend = t.weekend
WHERE n.room > 0
GROUP BY t.weekend ORDER BY t.weekend

-- name: contacts
-- Our messages, those under 30 minutes apart once, by the hour that the customer's clock showed, and how long
-- the answer took (null: none within the limit, or not before we wrote again). Only those whose time is over.
CREATE OR REPLACE TEMP TABLE contacts AS
WITH talk AS (
  SELECT customer_id, pos, pos >> 20 AS ms, direction,
    LAG(direction) OVER spoken AS before, LAG(pos >> 20) OVER spoken AS before_ms,
    MIN(CASE WHEN direction = 'in' THEN pos >> 20 END) OVER (
      PARTITION BY customer_id ORDER BY pos, event_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS answer
  FROM log WHERE type = 'message' AND (pos >> 20) > {at} - {window_history}
  WINDOW spoken AS (PARTITION BY customer_id ORDER BY pos, event_id)
), touches AS (
  SELECT customer_id, pos, ms, answer, LEAD(ms) OVER (PARTITION BY customer_id ORDER BY pos) AS next_ms
  FROM talk
  WHERE direction = 'out' AND (before IS DISTINCT FROM 'out' OR ms - before_ms >= {interaction_gap})
)
SELECT t.customer_id, p.country,
  ((t.ms + CASE WHEN t.ms >= c.change_at THEN c.after_ms ELSE c.before_ms END) // 3600000) % 24 AS hour,
  CASE WHEN t.answer - t.ms <= {golden_answer} AND (t.next_ms IS NULL OR t.answer < t.next_ms)
    THEN t.answer - t.ms END AS took
FROM touches AS t
JOIN people AS p ON p.customer_id = t.customer_id
JOIN clocks AS c ON c.zone = p.zone AND c.day = t.ms // 86400000
WHERE t.ms <= {at} - {golden_answer}

-- name: hours
-- Contacts of each customer by hour: n, and k that were answered at least as fast as half of the customer's answers.
CREATE OR REPLACE TEMP TABLE hours AS
WITH own AS (SELECT customer_id, MEDIAN(took) AS middle FROM contacts GROUP BY customer_id)
SELECT c.customer_id, c.country, c.hour, COUNT(*)::DOUBLE AS n,
  SUM(CASE WHEN c.took <= o.middle THEN 1 ELSE 0 END)::DOUBLE AS k, AVG(c.took) AS mean
FROM contacts AS c JOIN own AS o ON o.customer_id = c.customer_id
GROUP BY ALL

-- name: answered
-- The same for countries (null: unknown).
SELECT country, hour, SUM(n)::DOUBLE AS n, SUM(k)::DOUBLE AS k FROM hours GROUP BY ALL ORDER BY ALL

-- name: strayed
-- How much customers differ from their country in how they answer at an hour: the prior's weight, once more.
SELECT SUM(h.n * (h.k / h.n - r.rate) * (h.k / h.n - r.rate) / (r.rate * (1 - r.rate))) AS spread,
  (COUNT(*) - COUNT(DISTINCT (h.country, h.hour)))::DOUBLE AS groups, SUM(h.n) AS trials,
  (SELECT SUM(q) FROM (SELECT SUM(n * n) / SUM(n) AS q FROM hours GROUP BY country, hour) AS s) AS squares
FROM hours AS h JOIN hour_rates AS r ON r.country IS NOT DISTINCT FROM h.country AND r.hour = h.hour
WHERE r.rate > 0 AND r.rate < 1

-- name: candidates
-- Hours in which a customer answered often enough, as parameters of Beta: of this hour, and of all their hours.
SELECT h.customer_id, h.hour::BIGINT AS hour, h.n, h.k, h.mean, h.k + {weight} * r.rate AS a,
  h.n - h.k + {weight} * (1 - r.rate) AS b,
  (o.k + {weight} * o.prior / o.n) / (o.n + {weight}) AS usual
FROM hours AS h
JOIN hour_rates AS r ON r.country IS NOT DISTINCT FROM h.country AND r.hour = h.hour
JOIN (
  SELECT x.customer_id, SUM(x.k) AS k, SUM(x.n) AS n, SUM(x.n * y.rate) AS prior
  FROM hours AS x JOIN hour_rates AS y ON y.country IS NOT DISTINCT FROM x.country AND y.hour = x.hour
  GROUP BY x.customer_id
) AS o ON o.customer_id = h.customer_id
WHERE h.k >= {golden_contacts}
ORDER BY h.customer_id, h.hour

-- name: golden
-- The golden hours: of those that stand out the best few.
INSERT INTO wanted
SELECT customer_id, 'contact_time', 'golden_' || LPAD(hour::VARCHAR, 2, '0'), NULL,
  json_object('contacts', n::BIGINT, 'fast_answers', k::BIGINT, 'rate', ROUND(a / (a + b), 3),
    'usual', ROUND(usual, 3), 'minutes', ROUND(mean / 60000)::BIGINT)
FROM golden_hours
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY a / (a + b) DESC, mean, hour) <= {golden_hours}

-- name: evenings
-- Who read on their last five reading days only in the evening, and always on the same weekday.
INSERT INTO wanted
SELECT customer_id, 'active_window',
  CASE MIN(weekday) WHEN 0 THEN 'mon' WHEN 1 THEN 'tue' WHEN 2 THEN 'wed' WHEN 3 THEN 'thu' WHEN 4 THEN 'fri'
    WHEN 5 THEN 'sat' ELSE 'sun' END || '_evening', NULL,
  json_object('days', COUNT(DISTINCT day), 'last_read', MAX(day) * 86400000)
FROM (
  SELECT customer_id, day, weekday, hour, DENSE_RANK() OVER (PARTITION BY customer_id ORDER BY day DESC) AS back
  FROM acts WHERE reading
) AS reads
WHERE back <= {evening_reads}
GROUP BY customer_id
HAVING COUNT(DISTINCT day) = {evening_reads} AND MIN(weekday) = MAX(weekday)
  AND MIN(hour) * 3600000 >= {evening_from}

-- name: own
-- Acts by hour of customers with enough of them in a part of the week.
SELECT customer_id, country, hour::BIGINT AS hour, COUNT(*)::DOUBLE AS n
FROM acts WHERE (weekday >= 5) = {weekend}
GROUP BY customer_id, country, hour
QUALIFY SUM(COUNT(*)) OVER (PARTITION BY customer_id) >= {own_acts}
ORDER BY customer_id, hour

-- name: own_windows
-- Best and worst windows of customers.
INSERT INTO wanted
SELECT customer_id, 'active_window', label, NULL, json_object('acts', acts, 'share', share) FROM own_windows

-- name: counted
-- How many labels each dimension got.
SELECT dimension, COUNT(*)::BIGINT AS labels, COUNT(DISTINCT customer_id)::BIGINT AS customers
FROM wanted GROUP BY dimension ORDER BY dimension
