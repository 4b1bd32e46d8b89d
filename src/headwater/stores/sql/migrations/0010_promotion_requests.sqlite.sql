-- That somebody asked for a promotion: an alias, or else a stage. Decided requests are kept.
CREATE TABLE promotion_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  alias TEXT NOT NULL,
  stage TEXT NOT NULL,
  archive INTEGER NOT NULL,                -- whether the others in the stage are to be archived
  status TEXT NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '',
  decision_time INTEGER NOT NULL DEFAULT 0,
  decision_reason TEXT NOT NULL DEFAULT '',
  FOREIGN KEY (model_id, version) REFERENCES model_version(model_id, version) ON DELETE CASCADE
);
CREATE UNIQUE INDEX promotion_request_open ON promotion_request (model_id, version, alias, stage) WHERE status = 'OPEN';
CREATE INDEX promotion_request_waiting ON promotion_request (id) WHERE status = 'OPEN';
CREATE INDEX promotion_request_version ON promotion_request (model_id, version, id);

CREATE TABLE promotion_comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id INTEGER NOT NULL REFERENCES promotion_request(id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX promotion_comment_request ON promotion_comment (request_id, id);

-- What the files that describe a model say, so that each is read once: of MLmodel a digest of the signature, of
-- requirements.txt how many there are.
CREATE TABLE model_file_fact (
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  fact TEXT NOT NULL,
  PRIMARY KEY (path, digest)
) WITHOUT ROWID;
