-- Each statement must return true.
SELECT count(*) = 14 * 150 * 2 AND bool_and(length = length(word)) FROM words;
