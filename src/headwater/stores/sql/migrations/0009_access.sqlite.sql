-- Who may sign in. password is a hash by scrypt, empty where none was chosen. See decision record 0018.
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

-- What stands for a user: tokens and sessions. The secret itself is kept nowhere, only its SHA-256.
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
) WITHOUT ROWID;
CREATE INDEX user_secret_user ON user_secret (user_id, kind, creation_time);
CREATE INDEX user_secret_expiry ON user_secret (kind, expires);

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
CREATE INDEX role_member_user ON role_member (user_id);

-- To a user or to a role; about an experiment, a registered model, or all of the kind if both are NULL. Grants follow
-- a model that is renamed, and go with what they are about.
CREATE TABLE access_grant (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  model_id INTEGER REFERENCES registered_model(id) ON DELETE CASCADE,
  user_id INTEGER REFERENCES user_account(id) ON DELETE CASCADE,
  role_id INTEGER REFERENCES role(id) ON DELETE CASCADE,
  level TEXT NOT NULL
);
CREATE UNIQUE INDEX access_grant_once ON access_grant
  (kind, COALESCE(exp_id, -1), COALESCE(model_id, -1), COALESCE(user_id, -1), COALESCE(role_id, -1));
CREATE INDEX access_grant_experiment ON access_grant (exp_id) WHERE exp_id IS NOT NULL;
CREATE INDEX access_grant_model ON access_grant (model_id) WHERE model_id IS NOT NULL;
CREATE INDEX access_grant_user ON access_grant (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_grant_role ON access_grant (role_id) WHERE role_id IS NOT NULL;
