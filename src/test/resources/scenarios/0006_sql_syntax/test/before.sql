CREATE TABLE things (
    id bigint PRIMARY KEY,
    data jsonb NOT NULL,
    numbers int[] NOT NULL,
    "odd:name?" text NOT NULL DEFAULT 'odd',
    label text,
    first_two text,
    quoted text,
    tagged text,
    escaped text,
    bits int,
    path text,
    spread text
);

INSERT INTO things (id, data, numbers)
SELECT n,
    jsonb_build_object('todo', n, 'deep', jsonb_build_array(jsonb_build_object('a:b?', n))),
    ARRAY[n, n + 1, n + 2]
FROM generate_series(1, 500) AS n;

INSERT INTO things (id, data, numbers) VALUES (501, '{}', '{}'), (502, '{"todo": 1, "done": 1}', '{}');
