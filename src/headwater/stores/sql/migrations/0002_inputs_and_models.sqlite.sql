-- Datasets, each once per experiment by name and digest.
CREATE TABLE dataset (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  exp_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema TEXT NOT NULL,
  profile TEXT NOT NULL,
  UNIQUE (exp_id, name, digest)
);

-- Which datasets a run read, in the order in which it said so.
CREATE TABLE dataset_input (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  dataset_id INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  context TEXT,                            -- the tag mlflow.data.context, which is searched for
  tags TEXT NOT NULL,                      -- all tags, a JSON array of key and value
  UNIQUE (run_id, dataset_id)
);
CREATE INDEX dataset_input_dataset ON dataset_input (dataset_id, run_id);

-- Which logged models a run read and made; the models need not exist.
CREATE TABLE model_input (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  model_id TEXT NOT NULL,
  UNIQUE (run_id, model_id)
);
CREATE TABLE model_output (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  model_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  UNIQUE (run_id, model_id, step)
);

CREATE TABLE logged_model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  exp_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  model_type TEXT NOT NULL,
  source_run_id TEXT NOT NULL,             -- the run's uuid, which need not exist; '' for none
  status INTEGER NOT NULL,                 -- 1: pending, 2: ready, 3: failed
  artifact_uri TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  deleted_time INTEGER,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL
);
CREATE INDEX logged_model_listing ON logged_model (exp_id, deleted, creation_time DESC, id DESC);
CREATE INDEX logged_model_source ON logged_model (source_run_id);

CREATE TABLE logged_model_param (
  model_id INTEGER NOT NULL REFERENCES logged_model(id) ON DELETE CASCADE,
  key_id INTEGER NOT NULL REFERENCES key(id),
  value TEXT NOT NULL,
  num REAL,                                -- the value as a number, if it is one
  PRIMARY KEY (model_id, key_id)
) WITHOUT ROWID;

CREATE TABLE logged_model_tag (
  model_id INTEGER NOT NULL REFERENCES logged_model(id) ON DELETE CASCADE,
  key_id INTEGER NOT NULL REFERENCES key(id),
  value TEXT NOT NULL,
  PRIMARY KEY (model_id, key_id)
) WITHOUT ROWID;

-- Every point that was measured of a model, each once.
CREATE TABLE logged_model_metric (
  model_id INTEGER NOT NULL REFERENCES logged_model(id) ON DELETE CASCADE,
  key_id INTEGER NOT NULL REFERENCES key(id),
  step INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,                              -- NULL for NaN
  bits INTEGER NOT NULL,                   -- the 64 bits of the value, which tell NaN and -0.0 apart
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  dataset_name TEXT NOT NULL,              -- '' for none
  dataset_digest TEXT NOT NULL,
  PRIMARY KEY (model_id, key_id, step, time, bits, run_id, dataset_name, dataset_digest)
) WITHOUT ROWID;
CREATE INDEX logged_model_metric_run ON logged_model_metric (run_id);
