// Package hook sends events to the URLs that administrators name: webhooks.
//
// The events in the database are the queue. Each hook has the number up to which it was sent, and is sent what comes
// after it in the order of commits, one event a request, the next one only when the receiver has answered with 2xx. An
// event that fails is tried again, after the times of a table, and nothing overtakes it; a hook that fails for three
// days is given up, until a person says otherwise. Every hook has a goroutine of its own while something waits for it,
// so that one that is dead or slow holds up no other, and no mail.
//
// How far hooks are is noted twice a second, not with each event: after a crash the last ones are sent again. Each has
// an id, by which receivers drop what they have seen.
//
// Of several servers over one database one sends: the one that has the lease. It notes its progress in the transaction
// that prolongs the lease, and begins no request that could last longer than it.
package hook
