package ingest

// ParserVersion is the version of what Parse reads. It grows whenever Parse reads something more, or reads it
// differently, so that a database knows that its facts were read by an older Parse.
const ParserVersion = 4
