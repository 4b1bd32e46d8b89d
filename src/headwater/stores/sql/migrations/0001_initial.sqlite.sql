-- Times are milliseconds since 1970. NaN is stored as NULL in REAL columns (SQLite has no NaN); see latest.special.

CREATE TABLE experiment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL
);

CREATE TABLE experiment_tag (
  exp_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (exp_id, key)
) WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  exp_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  end_time INTEGER,
  artifact_uri TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  deleted_time INTEGER,
  heartbeat INTEGER,                       -- of our own client; NULL for others
  lost INTEGER NOT NULL DEFAULT 0,         -- 1: the heartbeat lapsed; status is FAILED for every client
  changed INTEGER NOT NULL,                -- cursor of the last write, from the table change_cursor
  hot_points INTEGER NOT NULL DEFAULT 0,   -- points not sealed yet
  hot_since INTEGER                        -- time of the last unsealed point's arrival
);
CREATE INDEX run_listing ON run (exp_id, deleted, start_time DESC, uuid);
CREATE INDEX run_changed ON run (changed);
CREATE INDEX run_hot ON run (hot_since) WHERE hot_points > 0;
CREATE INDEX run_alive ON run (heartbeat) WHERE heartbeat IS NOT NULL AND end_time IS NULL;

CREATE TABLE change_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT INTO change_cursor VALUES (1, 1);

-- Names of metrics, params and tags, interned.
CREATE TABLE key (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- One row per accepted request: columns of all its points, whatever their keys. Not sealed yet.
CREATE TABLE hot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX hot_run ON hot (run_id, id);

-- Sealed points of one run and key, ordered by (step, timestamp, value).
CREATE TABLE block (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  key_id INTEGER NOT NULL REFERENCES key(id),
  n INTEGER NOT NULL,
  min_step INTEGER NOT NULL,
  max_step INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL,
  mini BLOB NOT NULL,                      -- min/max envelope for charts
  data BLOB NOT NULL
);
CREATE INDEX block_series ON block (run_id, key_id, min_step);

-- The point with the greatest (step, timestamp, value) of each run and key.
CREATE TABLE latest (
  exp_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL REFERENCES key(id),
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,
  special INTEGER NOT NULL DEFAULT 0,      -- 1: NaN (value is NULL), 2: -0.0 (SQLite drops the sign)
  PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;
CREATE INDEX latest_value ON latest (exp_id, key_id, value, run_id);

CREATE TABLE param (
  exp_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL REFERENCES key(id),
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  num REAL,                                -- the value as a number, if it is one
  PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;
CREATE INDEX param_value ON param (exp_id, key_id, value, run_id);

CREATE TABLE tag (
  exp_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL REFERENCES key(id),
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;
CREATE INDEX tag_value ON tag (exp_id, key_id, value, run_id);

-- How far each client's journal has been stored.
CREATE TABLE journal (id TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;

-- The artifact trees. owner is the run's uuid for a path like <exp>/<run>/artifacts/<path>, else ''.
CREATE TABLE artifact (
  owner TEXT NOT NULL,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (owner, path)
) WITHOUT ROWID;
CREATE INDEX artifact_digest ON artifact (digest);
