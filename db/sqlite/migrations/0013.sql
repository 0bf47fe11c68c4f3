-- Events about a comment that somebody hid are found by the comment: it may hang on another mail than when they happened.
CREATE INDEX event_comment ON event(comment) WHERE comment IS NOT NULL;
