-- For lists of what was decided in some way, of whatever project. New patches are most of what mail brings, and the newest:
-- they need none.
CREATE INDEX patch_decided ON patch(state, date) WHERE state <> 'new';
