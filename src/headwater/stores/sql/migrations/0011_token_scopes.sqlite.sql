-- What a token narrows its user's rights to. See decision record 0021.
ALTER TABLE user_secret ADD COLUMN level TEXT NOT NULL DEFAULT 'ADMIN';
ALTER TABLE user_secret ADD COLUMN is_limited INTEGER NOT NULL DEFAULT 0;  -- to what secret_scope names

-- One experiment, one registered model, or all of the kind if both are NULL. A token whose last thing is deleted reaches
-- nothing: that it is limited stands in its own row.
CREATE TABLE secret_scope (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_id TEXT NOT NULL REFERENCES user_secret(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  exp_id INTEGER REFERENCES experiment(id) ON DELETE CASCADE,
  model_id INTEGER REFERENCES registered_model(id) ON DELETE CASCADE
);
CREATE INDEX secret_scope_secret ON secret_scope (secret_id);
CREATE INDEX secret_scope_experiment ON secret_scope (exp_id) WHERE exp_id IS NOT NULL;
CREATE INDEX secret_scope_model ON secret_scope (model_id) WHERE model_id IS NOT NULL;
