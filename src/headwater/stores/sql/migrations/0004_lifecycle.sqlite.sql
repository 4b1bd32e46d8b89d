-- A metric with a context (`loss{split="val"}`) names the metric it is a context of.
ALTER TABLE key ADD COLUMN base_id INTEGER REFERENCES key(id);
CREATE INDEX key_base ON key (base_id) WHERE base_id IS NOT NULL;

-- What was changed of a run after the fact: who, when, and which value became which (NULL: there was, or is, none).
CREATE TABLE edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  action TEXT NOT NULL,
  key TEXT NOT NULL,
  old TEXT,
  new TEXT
);
CREATE INDEX edit_run ON edit (run_id, id);

CREATE INDEX run_trash ON run (deleted_time) WHERE deleted = 1;

-- Saved views; exp_id is NULL for one across experiments. Every version is kept.
CREATE TABLE view (
  id TEXT PRIMARY KEY,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  version INTEGER NOT NULL,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX view_listing ON view (exp_id, name, id);

CREATE TABLE view_version (
  view_id TEXT NOT NULL REFERENCES view(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (view_id, version)
) WITHOUT ROWID;
