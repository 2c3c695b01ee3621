DELETE FROM people WHERE name = 'nobody';
