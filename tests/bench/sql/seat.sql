-- The least that gives a seat once: the gathering's counter goes up if it may, and says so.
UPDATE gathering SET taken = taken + 1 WHERE code = 'BENCH' AND taken < seats RETURNING taken;
