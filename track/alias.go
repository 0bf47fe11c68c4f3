package track

// AliasKind says what a number of a Patchwork server was the number of.
type AliasKind int

// Patchwork counts each of these by itself, so one number may be that of a patch and of a series.
const (
	AliasProject      AliasKind = 1
	AliasUser         AliasKind = 2
	AliasPerson       AliasKind = 3
	AliasPatch        AliasKind = 4
	AliasCover        AliasKind = 5
	AliasSeries       AliasKind = 6
	AliasPatchComment AliasKind = 7
	AliasCoverComment AliasKind = 8
	AliasCheck        AliasKind = 9
	AliasBundle       AliasKind = 10
)

// MaxAlias is the highest number that a Patchwork server gives: its columns have 32 bits.
const MaxAlias = 1<<31 - 1

// String is what people call it.
func (k AliasKind) String() string {
	names := []string{"", "project", "user", "person", "patch", "cover", "series", "comment", "comment", "check", "bundle"}
	if k < 0 || int(k) >= len(names) {
		return ""
	}
	return names[k]
}
