package ingest

// ParserVersion is what Parse reads. It grows whenever Parse reads something more or otherwise, so that a database knows that its
// facts were read by an older one.
const ParserVersion = 2
