package track

// Role is what a stored mail has become. Unlike its Kind it depends on other mail, and on which lists are tracked.
type Role string

const (
	RolePatch    Role = "patch"
	RoleCover    Role = "cover"
	RoleComment  Role = "comment"  // its references lead to a patch or a cover
	RolePending  Role = "pending"  // they do not, or not yet
	RoleIgnored  Role = "ignored"  // it asks not to be tracked
	RoleUnrouted Role = "unrouted" // no project takes it
)
