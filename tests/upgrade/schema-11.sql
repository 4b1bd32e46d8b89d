BEGIN TRANSACTION;
CREATE TABLE access_grant (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  model_id INTEGER REFERENCES registered_model(id) ON DELETE CASCADE,
  user_id INTEGER REFERENCES user_account(id) ON DELETE CASCADE,
  role_id INTEGER REFERENCES role(id) ON DELETE CASCADE,
  level TEXT NOT NULL
);
CREATE TABLE alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  received INTEGER NOT NULL,
  level TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  rule_id TEXT NOT NULL DEFAULT ''        -- of a rule, which may be gone by now
);
INSERT INTO "alert" VALUES(1,1,1795750480596,1795772363848,'ERROR','diverged','loss = é','');
CREATE TABLE alert_rule (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  condition TEXT NOT NULL,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  level TEXT NOT NULL,
  interval_s INTEGER NOT NULL,
  webhook_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  creation_time INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "alert_rule" VALUES('rule1','not a number','metrics.loss is nan',1,'WARNING',3600,'','',1795772363849);
CREATE TABLE artifact (
  owner TEXT NOT NULL,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (owner, path)
) WITHOUT ROWID;
INSERT INTO "artifact" VALUES('0123456789abcdef0123456789abcdef','notes/hello.txt','5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',6,1795536547745);
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
INSERT INTO "block" VALUES(1,1,4,50,0,49,1700000000000,1700000000049,X'',X'00CE96224E00000000000000000100000000000000020000000000000003000000000000000400000000000000050000000000000006000000000000000700000000000000080000000000000009000000000000000A000000000000000B000000000000000C000000000000000D000000000000000E000000000000000F0000000000000010000000000000001100000000000000120000000000000013000000000000001400000000000000150000000000000016000000000000001700000000000000180000000000000019000000000000001A000000000000001B000000000000001C000000000000001D000000000000001E000000000000001F0000000000000020000000000000002100000000000000220000000000000023000000000000002400000000000000250000000000000026000000000000002700000000000000280000000000000029000000000000002A000000000000002B000000000000002C000000000000002D000000000000002E000000000000002F00000000000000300000000000000031000000000000000068E5CF8B0100000168E5CF8B0100000268E5CF8B0100000368E5CF8B0100000468E5CF8B0100000568E5CF8B0100000668E5CF8B0100000768E5CF8B0100000868E5CF8B0100000968E5CF8B0100000A68E5CF8B0100000B68E5CF8B0100000C68E5CF8B0100000D68E5CF8B0100000E68E5CF8B0100000F68E5CF8B0100001068E5CF8B0100001168E5CF8B0100001268E5CF8B0100001368E5CF8B0100001468E5CF8B0100001568E5CF8B0100001668E5CF8B0100001768E5CF8B0100001868E5CF8B0100001968E5CF8B0100001A68E5CF8B0100001B68E5CF8B0100001C68E5CF8B0100001D68E5CF8B0100001E68E5CF8B0100001F68E5CF8B0100002068E5CF8B0100002168E5CF8B0100002268E5CF8B0100002368E5CF8B0100002468E5CF8B0100002568E5CF8B0100002668E5CF8B0100002768E5CF8B0100002868E5CF8B0100002968E5CF8B0100002A68E5CF8B0100002B68E5CF8B0100002C68E5CF8B0100002D68E5CF8B0100002E68E5CF8B0100002F68E5CF8B0100003068E5CF8B0100003168E5CF8B010000000000000000F03F000000000000E03F555555555555D53F000000000000D03F9A9999999999C93F555555555555C53F922449922449C23F000000000000C03F1CC7711CC771BC3F9A9999999999B93F46175D74D145B73F555555555555B53F143BB1133BB1B33F922449922449B23F111111111111B13F000000000000B03F1E1E1E1E1E1EAE3F1CC7711CC771AC3F28AFA1BC86F2AA3F9A9999999999A93F188661188661A83F46175D74D145A73F64210B59C842A63F555555555555A53F7B14AE47E17AA43F143BB1133BB1A33F682FA1BD84F6A23F922449922449A23F967B1A61B9A7A13F111111111111A13F841042082184A03F000000000000A03F081F7CF0C1079F3F1E1E1E1E1E1E9E3F1DD4411DD4419D3F1CC7711CC7719C3FD0BAC114F9AC9B3F28AFA1BC86F29A3F1AA4411AA4419A3F9A9999999999993FFA189C8FC1F9983F188661188661983FF4057D415FD0973F46175D74D145973F176CC1166CC1963F64210B59C842963F5710932B88C9953F555555555555953F39052FA7E0E5943F7B14AE47E17A943F');
INSERT INTO "block" VALUES(2,1,5,1,-1,-1,1700000000000,1700000000000,X'',X'00F06EFCFFFFFFFFFFFFFFFFFF0068E5CF8B010000000000000000F87F');
CREATE TABLE change_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT INTO "change_cursor" VALUES(1,13);
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
INSERT INTO "dataset" VALUES(1,1,'wine','abc123','local','{"uri": "wine.csv"}','{}','{"num_rows": 4898}');
CREATE TABLE dataset_input (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  dataset_id INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  context TEXT,                            -- the tag mlflow.data.context, which is searched for
  tags TEXT NOT NULL,                      -- all tags, a JSON array of key and value
  UNIQUE (run_id, dataset_id)
);
INSERT INTO "dataset_input" VALUES(1,1,1,'training','[["mlflow.data.context","training"]]');
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL REFERENCES webhook(id) ON DELETE CASCADE,
  event TEXT NOT NULL,
  time INTEGER NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'WAITING',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_time INTEGER,                      -- of the next attempt; NULL: there will be none
  last_time INTEGER,
  response_status INTEGER,
  error TEXT NOT NULL DEFAULT ''
);
INSERT INTO "delivery" VALUES(1,'02ea5d45-d50d-41fb-9afb-610379620bd5','webhook1','model_version_tag.set',1795772363848,'{"entity":"model_version_tag","action":"set","timestamp":"2026-11-27T09:39:23.848+00:00","data":{"name":"churn","version":"1","key":"reviewed","value":"yes"}}','WAITING',0,1795772363848,NULL,NULL,'');
INSERT INTO "delivery" VALUES(2,'9e1162f2-fd4f-4cee-9c31-0295c4bc44fb','webhook1','alert.raised',1795772363848,'{"entity":"alert","action":"raised","timestamp":"2026-11-27T09:39:23.848+00:00","data":{"alert_id":1,"run_id":"0123456789abcdef0123456789abcdef","run_name":"baseline","experiment_id":"1","time":1795750480596,"level":"error","title":"diverged","text":"loss = é"},"text":"[error] diverged: loss = é (run ''baseline'' of experiment 1)"}','WAITING',0,1795772363848,NULL,NULL,'');
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
INSERT INTO "edit" VALUES(1,1,1795750480594,'ada','set_param','lr','0.1','0.2');
INSERT INTO "edit" VALUES(2,1,1795750480595,'ada','set_param','lr','0.2','0.1');
CREATE TABLE experiment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL
);
INSERT INTO "experiment" VALUES(0,'Default','mlflow-artifacts:/0',0,1795536547716,1795536547716);
INSERT INTO "experiment" VALUES(1,'churn','mlflow-artifacts:/1',0,1795536547721,1795536547721);
CREATE TABLE experiment_tag (
  exp_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (exp_id, key)
) WITHOUT ROWID;
INSERT INTO "experiment_tag" VALUES(1,'team','growth');
CREATE TABLE hot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  data BLOB NOT NULL
);
INSERT INTO "hot" VALUES(2,1,1,X'004A635BA60400000032000000000000006468E5CF8B010000FCA9F1D24D62503F');
INSERT INTO "hot" VALUES(3,1,3,X'00FBB2D0BF080000000800000008000000000000000000000001000000000000000200000000000000010000000000000002000000000000000300000000000000000000000000E03F333333333333E33F666666666666E63F');
CREATE TABLE journal (id TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "journal" VALUES('journal1',4,1795536547759);
INSERT INTO "journal" VALUES('journal2',3,1795750480597);
CREATE TABLE key (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, base_id INTEGER REFERENCES key(id));
INSERT INTO "key" VALUES(1,'mlflow.runName',NULL);
INSERT INTO "key" VALUES(2,'mlflow.user',NULL);
INSERT INTO "key" VALUES(3,'lr',NULL);
INSERT INTO "key" VALUES(4,'loss',NULL);
INSERT INTO "key" VALUES(5,'odd',NULL);
INSERT INTO "key" VALUES(6,'note',NULL);
INSERT INTO "key" VALUES(7,'j',NULL);
INSERT INTO "key" VALUES(8,'acc{split="val"}',9);
INSERT INTO "key" VALUES(9,'acc',NULL);
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
INSERT INTO "latest" VALUES(1,4,1,50,1700000000100,0.001,0);
INSERT INTO "latest" VALUES(1,5,1,-1,1700000000000,NULL,1);
INSERT INTO "latest" VALUES(1,8,1,2,3,0.7,0);
INSERT INTO "latest" VALUES(1,9,1,2,3,0.7,0);
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
CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied BIGINT NOT NULL);
INSERT INTO "migration" VALUES(1,'initial','4320fd4dfc2dd93ab74c1c704e50e37df4b94d0edf9b53b1ea01dc9ee57f67e7',1795536547716);
INSERT INTO "migration" VALUES(2,'inputs_and_models','03f1bf169134c8709cde08838e4d1cd567ad39e713bc8f62eb7631af4a77f43f',1795746118872);
INSERT INTO "migration" VALUES(3,'registry','977a409bfd6444a6f05d58ac4ae196e065cf17e2d9b7c8cd0b4755df0728a61b',1795748142688);
INSERT INTO "migration" VALUES(4,'lifecycle','1740a79c0e2beb8a3a4b0fc94ad07a40aaa685e4e86fcf097e28552f9235ce95',1795750480586);
INSERT INTO "migration" VALUES(5,'long_values','5492d4961a6115e841b5d2a3d01586a3f7488635e13624a0364cf9e062fabf99',1795750480586);
INSERT INTO "migration" VALUES(6,'governance','1f3c1974e65ba6280d742e93dcd85bfa0e0c09a667bfece2effb0a573cf08a7c',1795771322861);
INSERT INTO "migration" VALUES(7,'webhooks','206e357a496d2654ff75accf4891a7e7dc5a74e121f288071d64a0d8e41f58a9',1795772363786);
INSERT INTO "migration" VALUES(8,'home_and_reports','6a89629116a6a9e7048fe7c61ad0ffca8415c2b16da8072f06a92d010bdfb0d3',1795785878696);
INSERT INTO "migration" VALUES(9,'access','f1c5f6eacc306b929cf6382d07eeadff899ed5d7d274a7f2a56950328a15157b',1795809683838);
INSERT INTO "migration" VALUES(10,'promotion_requests','9409ba6a5477a163a1e8c6cb1f9c30ae5bebd085e82142f058bc7b9950c7ad15',1795805615578);
INSERT INTO "migration" VALUES(11,'token_scopes','a457071b8febe9dbd7194d04d90f35c8c1827512668f3f0389ca871c422647c9',1795830684700);
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
CREATE TABLE model_file_fact (
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  fact TEXT NOT NULL,
  PRIMARY KEY (path, digest)
) WITHOUT ROWID;
CREATE TABLE model_input (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  model_id TEXT NOT NULL,
  UNIQUE (run_id, model_id)
);
INSERT INTO "model_input" VALUES(1,1,'m-0123456789abcdef0123456789abcdef');
CREATE TABLE model_output (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  model_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  UNIQUE (run_id, model_id, step)
);
INSERT INTO "model_output" VALUES(1,1,'m-0123456789abcdef0123456789abcdef',3);
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
INSERT INTO "model_version" VALUES(1,1,1,'churn',1795748142771,1795748142777,'Production','first','runs:/0123456789abcdef0123456789abcdef/model','runs:/0123456789abcdef0123456789abcdef/model','0123456789abcdef0123456789abcdef','','','READY','');
CREATE TABLE model_version_approval (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (version_id, role, user_id)
) WITHOUT ROWID;
CREATE TABLE model_version_file (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (version_id, path)
) WITHOUT ROWID;
CREATE TABLE model_version_provenance (
  version_id INTEGER PRIMARY KEY REFERENCES model_version(id) ON DELETE CASCADE,
  original_id INTEGER REFERENCES model_version(id) ON DELETE SET NULL,
  data TEXT NOT NULL
);
CREATE TABLE model_version_tag (
  version_id INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (version_id, key)
) WITHOUT ROWID;
INSERT INTO "model_version_tag" VALUES(1,'note','é 🎉');
INSERT INTO "model_version_tag" VALUES(1,'reviewed','yes');
CREATE TABLE param (
  exp_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL REFERENCES key(id),
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  num REAL,                                -- the value as a number, if it is one
  PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;
INSERT INTO "param" VALUES(1,3,1,'0.1',0.1);
CREATE TABLE promotion_comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id INTEGER NOT NULL REFERENCES promotion_request(id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL
);
INSERT INTO "promotion_comment" VALUES(1,1,'eve',1795805615598,'which data?');
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
INSERT INTO "promotion_request" VALUES(1,1,1,'shadow','',0,'OPEN','ada',1795805615591,'better recall','',0,'');
CREATE TABLE registered_model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL,
  last_version INTEGER NOT NULL DEFAULT 0  -- the number given last, also of a version that is deleted
);
INSERT INTO "registered_model" VALUES(1,'churn','who leaves',1795748142737,1795748142777,2);
CREATE TABLE registered_model_alias (
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (model_id, alias),
  FOREIGN KEY (model_id, version) REFERENCES model_version(model_id, version) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "registered_model_alias" VALUES(1,'champion',1);
CREATE TABLE registered_model_tag (
  model_id INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
INSERT INTO "registered_model_tag" VALUES(1,'team','growth');
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
INSERT INTO "registry_event" VALUES(1,1,1795805615591,'request_promotion','churn','ada',1,'@shadow',NULL,'1','better recall',0);
INSERT INTO "registry_event" VALUES(2,1,1795805615598,'comment_request','churn','eve',1,'@shadow',NULL,'1','which data?',0);
CREATE TABLE registry_policy (
  model_id INTEGER PRIMARY KEY,
  data TEXT NOT NULL
);
CREATE TABLE role (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL
);
CREATE TABLE role_member (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  role_id INTEGER NOT NULL REFERENCES role(id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES user_account(id) ON DELETE CASCADE,
  UNIQUE (role_id, user_id)
);
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
INSERT INTO "run" VALUES(1,'0123456789abcdef0123456789abcdef',1,'baseline','ada','FINISHED',1700000000000,1700000009000,'mlflow-artifacts:/1/0123456789abcdef0123456789abcdef/artifacts',0,NULL,NULL,0,13,4,1795750480597);
CREATE TABLE secret_scope (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_id TEXT NOT NULL REFERENCES user_secret(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  model_id INTEGER REFERENCES registered_model(id) ON DELETE CASCADE
);
INSERT INTO "secret_scope" VALUES(1,'381fe92951584fe38f204e6fd149a2bd','experiment',1,NULL);
INSERT INTO "secret_scope" VALUES(2,'381fe92951584fe38f204e6fd149a2bd','registered_model',NULL,1);
CREATE TABLE tag (
  exp_id INTEGER NOT NULL,
  key_id INTEGER NOT NULL REFERENCES key(id),
  run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, key_id)
) WITHOUT ROWID;
INSERT INTO "tag" VALUES(1,1,1,'baseline');
INSERT INTO "tag" VALUES(1,2,1,'ada');
INSERT INTO "tag" VALUES(1,6,1,'é 🎉');
INSERT INTO "tag" VALUES(1,7,1,'1');
CREATE TABLE user_account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  is_admin INTEGER NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1,
  source TEXT NOT NULL,                   -- 'password', or the identity provider that vouches
  creation_time INTEGER NOT NULL,
  last_seen INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "user_account" VALUES(1,'ada','',1,1,'password',1795830684701,0);
CREATE TABLE user_secret (
  id TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user_account(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,                     -- token or session
  digest TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  creation_time INTEGER NOT NULL,
  expires INTEGER NOT NULL,               -- 0: never
  last_used INTEGER NOT NULL DEFAULT 0
, level TEXT NOT NULL DEFAULT 'ADMIN', is_limited INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO "user_secret" VALUES('381fe92951584fe38f204e6fd149a2bd',1,'token','527ac6f22e9f317554bd775911d27ecd555a85b1ba8e63e1d92994e3bf00dfd5','hwt_HGD2XY','churn alone',1795830684701,0,0,'EDIT',1);
CREATE TABLE view (
  id TEXT PRIMARY KEY,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  version INTEGER NOT NULL,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
INSERT INTO "view" VALUES('fedcba9876543210fedcba9876543210',NULL,'Weekly report','ada',1,1795785878700,1795785878700,'report');
INSERT INTO "view" VALUES('view1',1,'curves','ada',1,1795750480596,1795750480596,'');
CREATE TABLE view_version (
  view_id TEXT NOT NULL REFERENCES view(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  time INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (view_id, version)
) WITHOUT ROWID;
INSERT INTO "view_version" VALUES('fedcba9876543210fedcba9876543210',1,'ada',1795785878700,'{"blocks":[{"type":"markdown","text":"# Week 1"}]}');
INSERT INTO "view_version" VALUES('view1',1,'ada',1795750480596,'{"columns":["metrics.loss"]}');
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  status TEXT NOT NULL,
  creation_time INTEGER NOT NULL,
  last_update_time INTEGER NOT NULL,
  lease_owner TEXT NOT NULL DEFAULT '',
  lease_until INTEGER NOT NULL DEFAULT 0,
  paused_until INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "webhook" VALUES('webhook1','ci','what for','https://8.8.8.8/hook','s3cret','ACTIVE',1795772363832,1795772363832,'',0,0);
CREATE TABLE webhook_event (
  event TEXT NOT NULL,                    -- such as model_version.created
  webhook_id TEXT NOT NULL REFERENCES webhook(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (event, webhook_id)
) WITHOUT ROWID;
INSERT INTO "webhook_event" VALUES('model_version_tag.set','webhook1',0);
INSERT INTO "webhook_event" VALUES('alert.raised','webhook1',1);
CREATE INDEX run_listing ON run (exp_id, deleted, start_time DESC, uuid);
CREATE INDEX run_changed ON run (changed);
CREATE INDEX run_hot ON run (hot_since) WHERE hot_points > 0;
CREATE INDEX run_alive ON run (heartbeat) WHERE heartbeat IS NOT NULL AND end_time IS NULL;
CREATE INDEX hot_run ON hot (run_id, id);
CREATE INDEX block_series ON block (run_id, key_id, min_step);
CREATE INDEX latest_value ON latest (exp_id, key_id, value, run_id);
CREATE INDEX param_value ON param (exp_id, key_id, value, run_id);
CREATE INDEX tag_value ON tag (exp_id, key_id, value, run_id);
CREATE INDEX artifact_digest ON artifact (digest);
CREATE INDEX dataset_input_dataset ON dataset_input (dataset_id, run_id);
CREATE INDEX logged_model_listing ON logged_model (exp_id, deleted, creation_time DESC, id DESC);
CREATE INDEX logged_model_source ON logged_model (source_run_id);
CREATE INDEX logged_model_metric_run ON logged_model_metric (run_id);
CREATE INDEX registered_model_updated ON registered_model (last_update_time, name);
CREATE INDEX registered_model_created ON registered_model (creation_time, name);
CREATE INDEX registered_model_tag_value ON registered_model_tag (key, value, model_id);
CREATE INDEX model_version_stage ON model_version (model_id, stage, version);
CREATE INDEX model_version_updated ON model_version (last_update_time DESC, name, version DESC);
CREATE INDEX model_version_created ON model_version (creation_time, name, version DESC);
CREATE INDEX model_version_name ON model_version (name, version DESC);
CREATE INDEX model_version_run ON model_version (run_id);
CREATE INDEX model_version_tag_value ON model_version_tag (key, value, version_id);
CREATE INDEX registered_model_alias_version ON registered_model_alias (model_id, version);
CREATE INDEX key_base ON key (base_id) WHERE base_id IS NOT NULL;
CREATE INDEX edit_run ON edit (run_id, id);
CREATE INDEX run_trash ON run (deleted_time) WHERE deleted = 1;
CREATE INDEX view_listing ON view (exp_id, name, id);
CREATE INDEX webhook_listing ON webhook (creation_time, id);
CREATE INDEX webhook_event_webhook ON webhook_event (webhook_id, position);
CREATE INDEX delivery_due ON delivery (webhook_id, next_time) WHERE next_time IS NOT NULL;
CREATE INDEX delivery_log ON delivery (webhook_id, id);
CREATE INDEX delivery_old ON delivery (last_time) WHERE next_time IS NULL;
CREATE INDEX alert_rule_experiment ON alert_rule (exp_id);
CREATE INDEX alert_run ON alert (run_id, id);
CREATE INDEX alert_of_rule ON alert (rule_id, received);
CREATE INDEX run_lost ON run (heartbeat) WHERE lost = 1;
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
CREATE INDEX model_version_original ON model_version_provenance (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX model_deployment_version ON model_deployment (model_id, version);
CREATE INDEX dataset_digest ON dataset (digest);
CREATE INDEX model_input_model ON model_input (model_id);
CREATE INDEX model_version_logged ON model_version (logged_model_id) WHERE logged_model_id <> '';
CREATE INDEX run_running ON run (exp_id, start_time) WHERE status = 'RUNNING' AND deleted = 0;
CREATE INDEX run_failed ON run (end_time) WHERE status = 'FAILED' AND deleted = 0;
CREATE UNIQUE INDEX promotion_request_open ON promotion_request (model_id, version, alias, stage) WHERE status = 'OPEN';
CREATE INDEX promotion_request_waiting ON promotion_request (id) WHERE status = 'OPEN';
CREATE INDEX promotion_request_version ON promotion_request (model_id, version, id);
CREATE INDEX promotion_comment_request ON promotion_comment (request_id, id);
CREATE INDEX user_secret_user ON user_secret (user_id, kind, creation_time);
CREATE INDEX user_secret_expiry ON user_secret (kind, expires);
CREATE INDEX role_member_user ON role_member (user_id);
CREATE UNIQUE INDEX access_grant_once ON access_grant
  (kind, COALESCE(exp_id, -1), COALESCE(model_id, -1), COALESCE(user_id, -1), COALESCE(role_id, -1));
CREATE INDEX access_grant_experiment ON access_grant (exp_id) WHERE exp_id IS NOT NULL;
CREATE INDEX access_grant_model ON access_grant (model_id) WHERE model_id IS NOT NULL;
CREATE INDEX access_grant_user ON access_grant (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_grant_role ON access_grant (role_id) WHERE role_id IS NOT NULL;
CREATE INDEX secret_scope_secret ON secret_scope (secret_id);
CREATE INDEX secret_scope_experiment ON secret_scope (exp_id) WHERE exp_id IS NOT NULL;
CREATE INDEX secret_scope_model ON secret_scope (model_id) WHERE model_id IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('experiment',1);
INSERT INTO "sqlite_sequence" VALUES('run',1);
INSERT INTO "sqlite_sequence" VALUES('hot',3);
INSERT INTO "sqlite_sequence" VALUES('block',2);
INSERT INTO "sqlite_sequence" VALUES('dataset',1);
INSERT INTO "sqlite_sequence" VALUES('dataset_input',1);
INSERT INTO "sqlite_sequence" VALUES('model_input',1);
INSERT INTO "sqlite_sequence" VALUES('model_output',1);
INSERT INTO "sqlite_sequence" VALUES('registered_model',1);
INSERT INTO "sqlite_sequence" VALUES('model_version',2);
INSERT INTO "sqlite_sequence" VALUES('edit',2);
INSERT INTO "sqlite_sequence" VALUES('delivery',2);
INSERT INTO "sqlite_sequence" VALUES('alert',1);
INSERT INTO "sqlite_sequence" VALUES('promotion_request',1);
INSERT INTO "sqlite_sequence" VALUES('registry_event',2);
INSERT INTO "sqlite_sequence" VALUES('promotion_comment',1);
INSERT INTO "sqlite_sequence" VALUES('user_account',1);
INSERT INTO "sqlite_sequence" VALUES('secret_scope',2);
COMMIT;
