package track

// Mark says how far a user has looked at a series: all of its mails up to that number, in the order in which they came.
// Later ones are new to the user.
type Mark struct {
	User   int64
	Series int64 // by the number that it had then
	Upto   int64 // number of a mail; 0: nothing of it was looked at
}
