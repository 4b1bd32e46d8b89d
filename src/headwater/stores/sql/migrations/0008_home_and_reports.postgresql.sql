-- What goes on is found without looking at every run.
CREATE INDEX run_running ON run (exp_id, start_time) WHERE status = 'RUNNING' AND deleted = 0;
CREATE INDEX run_failed ON run (end_time) WHERE status = 'FAILED' AND deleted = 0;

-- What a view is of: empty for runs, 'report' for a report.
ALTER TABLE view ADD COLUMN kind TEXT NOT NULL DEFAULT '';
