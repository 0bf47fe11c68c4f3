// Package watcher empties Maildirs into a Handler and loses nothing on the way. It knows where mail lies, and nothing
// of what is in it.
//
// # Where a mail can be
//
// Every delivered mail is at every moment in new, or stored and in cur, or in failed with a reason. The states are
// patterns of files that exist, so after any crash the next scan can tell from the files what is still to be done:
//
//	state      new  stored  cur  failed             after a crash
//	delivered   +     -      -   -                  claim it
//	stored      +     +      -   -                  the handler finds that it has it; move it
//	linked      +     +      +   -                  the same inode: remove it from new
//	done        -     +      +   -
//	refusing    +     -      -   .reason, perhaps + the same refusal again
//	refused     -     -      -   + and .reason
//
// (linked and the + of refusing exist only where a move is a link and an unlink, see moveFile.)
//
// Mail is stored first and moved after: the other order loses what is in hand when the process dies. So the handler
// must be idempotent. A move never replaces another file; when a name is taken, "~1", "~2", … is appended to it.
//
// # How a mail is found and claimed
//
// Events are a hint, the scan is the truth. inotify drops events when its queue is full, gives none on NFS, and goes
// silent when new is replaced; so new is listed at the start, after every event, after an overflow and on a timer.
// Events are never queued: they only say that it is time to list.
//
// A mail is claimed by flock (claim says how exactly, and what each part of it prevents), and the lock is held until
// the mail has been moved. When a process dies the kernel lets go of its locks. Any number of watchers, in one process
// or in many, may work on one Maildir, on a local file system.
//
// # What is tried again, and when
//
//   - The handler returned an error, or moving failed: the environment is at fault and no mail is. Nothing of the
//     batch is moved (or no more of it), the locks are released, and claims pause for 100 ms, twice that, and so on up
//     to 30 s: for all Maildirs when it was the handler, for one when it was that one's folders.
//   - A mail that another process holds, that is incomplete, or that is empty and young: looked at again after
//     20 ms, twice that, and so on up to Config.Rescan; at once when anything arrives.
//   - A mail that cannot be opened or read: stays in new, is logged once, and is tried at every timed scan.
//   - A mail that is too large, or that the handler rejected: failed, with the reason. Nothing tries it again until
//     somebody moves it back into new, by hand or with Retry.
//   - What is no regular file (folders, symbolic links, FIFOs, sockets, devices): left alone and logged once. Names
//     that begin with a dot are not even looked at, as the Maildir specification demands.
//
// The Maildir specification is https://cr.yp.to/proto/maildir.html.
package watcher
