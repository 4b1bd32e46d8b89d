-- Who is told of events. The secret is kept as it was given: every delivery is signed with it. See decision record 0014.
-- lease_*: which process sends to the webhook now, and until when; paused_until: its address does not answer.
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
CREATE INDEX webhook_listing ON webhook (creation_time, id);

CREATE TABLE webhook_event (
  event TEXT NOT NULL,                    -- such as model_version.created
  webhook_id TEXT NOT NULL REFERENCES webhook(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (event, webhook_id)
) WITHOUT ROWID;
CREATE INDEX webhook_event_webhook ON webhook_event (webhook_id, position);

-- An event on its way to a webhook, written in the transaction that made it happen; then the log of what came of it.
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
CREATE INDEX delivery_due ON delivery (webhook_id, next_time) WHERE next_time IS NOT NULL;
CREATE INDEX delivery_log ON delivery (webhook_id, id);
CREATE INDEX delivery_old ON delivery (last_time) WHERE next_time IS NULL;

-- exp_id is NULL for a rule about all experiments.
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
CREATE INDEX alert_rule_experiment ON alert_rule (exp_id);

-- time is what the run's program says, received when it came here: limits count by that.
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
CREATE INDEX alert_run ON alert (run_id, id);
CREATE INDEX alert_of_rule ON alert (rule_id, received);

-- Runs whose heartbeat lapsed, for rules about stalled runs.
CREATE INDEX run_lost ON run (heartbeat) WHERE lost = 1;
