-- Each statement must return true.
SELECT count(*) = 303 FROM values_of_types;

-- As binary images: 1.50 is not 1.500 here.
SELECT count(*) = 0
FROM values_of_types
WHERE record_send(ROW(t, i, l, n, b, u, bin, d, tm, ts, tstz, arr, j, jb, iv, e, r, "Mixed ?:"))
    <> record_send(ROW(t2, i2, l2, n2, b2, u2, bin2, d2, tm2, ts2, tstz2, arr2, j2, jb2, iv2, e2, r2, "Mixed2 ?:"));
