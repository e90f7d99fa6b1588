-- The inbox: deliveries as they came, kept before anything else happens.

-- name: keep
-- Keeps deliveries in the order in which they are given.
INSERT INTO deliveries (door, received_at, body)
SELECT door, received_at, body
FROM unnest(%(doors)s::text[], %(received)s::bigint[], %(bodies)b::bytea[])
     WITH ORDINALITY AS incoming (door, received_at, body, place)
ORDER BY place
RETURNING id

-- name: claim
-- The oldest waiting deliveries that nobody else is working on, with their sizes in bytes.
SELECT id, octet_length(body)
FROM deliveries
WHERE state = 'waiting'
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED

-- name: bodies
-- What the claimed deliveries hold.
SELECT id, door, received_at, body
FROM deliveries
WHERE id = ANY(%(ids)s)
ORDER BY id

-- name: finish
-- Writes down what became of each delivery.
UPDATE deliveries
SET state = outcome.state, problems = outcome.problems::jsonb, events = outcome.events,
    worked_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(problems)s::text[], %(events)s::int[])
     AS outcome (id, state, problems, events)
WHERE deliveries.id = outcome.id

-- name: redo
-- Lets deliveries wait again that were worked on without full success.
UPDATE deliveries
SET state = 'waiting', problems = NULL, events = NULL, worked_at = NULL
WHERE state = ANY(%(states)s::text[])

-- name: count_by_state
-- How many deliveries each door has in each state.
SELECT door, state, count(*)
FROM deliveries
GROUP BY door, state
