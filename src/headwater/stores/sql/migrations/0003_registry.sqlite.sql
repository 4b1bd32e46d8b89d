CREATE TABLE registered_model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL,
  last_version INTEGER NOT NULL DEFAULT 0  -- the number given last, also of a version that is deleted
);
CREATE INDEX registered_model_updated ON registered_model (last_update_time, name);
CREATE INDEX registered_model_created ON registered_model (creation_time, name);

CREATE TABLE registered_model_tag (
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
CREATE INDEX registered_model_tag_value ON registered_model_tag (key, value, model_id);

-- name is the model's, kept here too for searches; source is as the client gave it, location where the files are.
CREATE TABLE model_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL,
  stage TEXT NOT NULL DEFAULT 'None',
  description TEXT,
  source TEXT NOT NULL,
  location TEXT NOT NULL,
  run_id TEXT NOT NULL DEFAULT '',
  run_link TEXT NOT NULL DEFAULT '',
  logged_model_id TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'READY',
  status_message TEXT NOT NULL DEFAULT '',
  UNIQUE (model_id, version)
);
CREATE INDEX model_version_stage ON model_version (model_id, stage, version);
CREATE INDEX model_version_updated ON model_version (last_update_time DESC, name, version DESC);
CREATE INDEX model_version_created ON model_version (creation_time, name, version DESC);
CREATE INDEX model_version_name ON model_version (name, version DESC);
CREATE INDEX model_version_run ON model_version (run_id);

CREATE TABLE model_version_tag (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (version_id, key)
) WITHOUT ROWID;
CREATE INDEX model_version_tag_value ON model_version_tag (key, value, version_id);

CREATE TABLE registered_model_alias (
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (model_id, alias),
  FOREIGN KEY (model_id, version) REFERENCES model_version(model_id, version) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX registered_model_alias_version ON registered_model_alias (model_id, version);
