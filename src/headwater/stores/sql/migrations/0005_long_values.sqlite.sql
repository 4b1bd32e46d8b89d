-- SQLite's indexes hold values of any length.
SELECT 1;
