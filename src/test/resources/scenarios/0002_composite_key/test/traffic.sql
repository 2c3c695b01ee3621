UPDATE documents SET seen_at = now() WHERE tenant = 'B' AND no = (SELECT floor(random() * 200)::int);
