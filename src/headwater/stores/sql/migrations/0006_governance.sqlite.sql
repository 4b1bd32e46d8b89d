-- What happened in the registry: who, when, what, and which value became which. A model's log outlives the model, so
-- model_id refers to no row; 0 stands for the registry as a whole. Nothing in it is ever changed.
CREATE TABLE registry_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  name TEXT NOT NULL,                      -- the model's name then
  user_id TEXT NOT NULL,
  version INTEGER,
  key TEXT NOT NULL,
  old TEXT,
  new TEXT,
  reason TEXT NOT NULL,
  cause_id INTEGER NOT NULL DEFAULT 0      -- the event that brought this one about
);
CREATE INDEX registry_event_model ON registry_event (model_id, id);
CREATE INDEX registry_event_name ON registry_event (name, action, model_id);
CREATE TRIGGER registry_event_stays BEFORE UPDATE ON registry_event
BEGIN
  SELECT RAISE(ABORT, 'the log of the registry can only be appended to');
END;
CREATE TRIGGER registry_event_remains BEFORE DELETE ON registry_event
BEGIN
  SELECT RAISE(ABORT, 'the log of the registry can only be appended to');
END;

-- Stages, gates and roles of a model, as JSON; model_id 0 is for those that have none of their own.
CREATE TABLE registry_policy (
  model_id INTEGER PRIMARY KEY,
  data TEXT NOT NULL
);

-- The files that a version was made of.
CREATE TABLE model_version_file (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (version_id, path)
) WITHOUT ROWID;

-- What was known of a version's run when it was registered, as JSON, and the version that it is a copy of.
CREATE TABLE model_version_provenance (
  version_id INTEGER PRIMARY KEY REFERENCES model_version(id) ON DELETE CASCADE,
  original_id INTEGER REFERENCES model_version(id) ON DELETE SET NULL,
  data TEXT NOT NULL
);
CREATE INDEX model_version_original ON model_version_provenance (original_id) WHERE original_id IS NOT NULL;

CREATE TABLE model_version_approval (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (version_id, role, user_id)
) WITHOUT ROWID;

-- Where versions are in use: a target runs one version of a model at a time.
CREATE TABLE model_deployment (
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  target TEXT NOT NULL,
  version INTEGER NOT NULL,
  url TEXT NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (model_id, target),
  FOREIGN KEY (model_id, version) REFERENCES model_version(model_id, version) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX model_deployment_version ON model_deployment (model_id, version);

-- Lineage asks from a dataset's digest and from a logged model, too.
CREATE INDEX dataset_digest ON dataset (digest);
CREATE INDEX model_input_model ON model_input (model_id);
CREATE INDEX model_version_logged ON model_version (logged_model_id) WHERE logged_model_id <> '';
