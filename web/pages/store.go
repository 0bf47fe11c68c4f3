package pages

import "patchwatch/web/internal/visit"

// Store is what pages ask of the database. What a page needs besides is listed with the page.
type Store interface {
	visit.Store
}
