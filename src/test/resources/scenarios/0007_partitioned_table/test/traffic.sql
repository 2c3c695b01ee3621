UPDATE events SET seen = seen + 1 WHERE id = (SELECT 1 + floor(random() * 3000)::bigint);
