package track

import (
	"testing"
	"time"
)

func TestDateOf(t *testing.T) {
	delivered := time.Date(2026, 11, 2, 10, 0, 0, 500_000_000, time.UTC)
	day := delivered.Add(24 * time.Hour)
	for name, c := range map[string]struct{ header, delivered, want time.Time }{
		"as the header says": {delivered.Add(-time.Hour).Truncate(time.Second), delivered,
			delivered.Add(-time.Hour).Truncate(time.Second)},
		"absent":                {time.Time{}, delivered, delivered.Truncate(time.Second)},
		"years before":          {Earliest, delivered, Earliest},
		"a second before 1990":  {Earliest.Add(-time.Second), delivered, delivered.Truncate(time.Second)},
		"1970":                  {time.Unix(0, 0).UTC(), delivered, delivered.Truncate(time.Second)},
		"nearly a day ahead":    {day.Truncate(time.Second), delivered, day.Truncate(time.Second)},
		"more than a day ahead": {day.Truncate(time.Second).Add(time.Second), delivered, delivered.Truncate(time.Second)},
		"the year 9999": {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), delivered,
			delivered.Truncate(time.Second)},
		"a file that lost its time": {delivered.Truncate(time.Second), time.Unix(0, 0).UTC(),
			delivered.Truncate(time.Second)},
		"neither is anything": {time.Time{}, time.Unix(5, 0).UTC(), time.Unix(5, 0).UTC()},
		"a header of 1980 on such a file": {time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(5, 0).UTC(),
			time.Unix(5, 0).UTC()},
		"delivered a second after all ages": {delivered.Truncate(time.Second), Earliest, Earliest},
	} {
		if got := DateOf(c.header, c.delivered); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDateOfAnEarlierDelivery: a delivery heard of later can only take the header's word away, so that the earliest
// decides.
func TestDateOfAnEarlierDelivery(t *testing.T) {
	header := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	for hours := range 100 {
		late := header.Add(time.Duration(hours-50) * time.Hour)
		early := late.Add(-time.Hour)
		if DateOf(header, early).After(DateOf(header, late)) {
			t.Errorf("delivered at %s the date is later than delivered at %s", early, late)
		}
	}
}
