-- An index entry holds at most 2,704 bytes; see Texts.indexed for what the searches ask.
DROP INDEX param_value;
CREATE INDEX param_value ON param (exp_id, key_id, left(value, 200), run_id);
DROP INDEX tag_value;
CREATE INDEX tag_value ON tag (exp_id, key_id, left(value, 200), run_id);
