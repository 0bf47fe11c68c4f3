package ingest

import (
	"strings"
	"testing"

	"patchwatch/track"
)

// TestCharsetNames holds for names as Python and others write them, in encoded words and for bodies alike. A Chinese
// name in a header of Mailman's was unreadable.
func TestCharsetNames(t *testing.T) {
	for names, c := range map[string]struct{ bytes, want string }{
		"eucgb2312_cn euccn EUC-CN gb2312-80 gb2312_1980 GB2312 x_mac_simp_chinese cp936 936": {"\xc0\xee\xcb\xc4", "李四"},
		"big5_tw Big5-TW big5 cp950 csBig5 hkscs big5hkscs":                                   {"\xa7\xf5\xa5\x7c", "李四"},
		"euc_jp EUC-JIS-2004 euc_jisx0213 ujis eucjp":                                         {"\xc6\xfc\xcb\xdc", "日本"},
		"shift_jis_2004 sjis_2004 Shift-JISX0213 s_jis cp932 932 ms_kanji":                    {"\x93\xfa\x96\x7b", "日本"},
		"iso2022_jp ISO-2022-JP-2 iso2022_jp_2004 iso2022_jp_ext csiso2022jp": {
			"\x1b$BF|K\\\x1b(B", "日本",
		},
		"euckr euc_kr ks_c-5601-1987 ks_c_5601 korean cp949 uhc":                  {"\xc7\xd1", "한"},
		"latin_1 LATIN-1 iso8859_1 iso_8859_1_1987 iso_ir_100 cp819 latin 8859-1": {"\xfc", "ü"},
		"iso8859_15 iso_8859-15 latin-9 latin_9 L9 8859_15":                       {"\xa4", "€"},
		"iso8859_2 latin_2 ISO_8859-2:1987 iso-8859-2":                            {"\xb1", "ą"},
		"iso8859_9 latin_5":                          {"\xfd", "ı"},
		"utf_8 UTF8 utf-8-sig u8 cp65001":            {"\xc3\xbc", "ü"},
		"koi8_r KOI8-R cskoi8r":                      {"\xc1", "а"},
		"koi8_u koi8-u":                              {"\xa4", "є"},
		"cp1251 windows_1251 1251 Windows-1251":      {"\xe0", "а"},
		"cp1250 windows_1250":                        {"\x9c", "ś"},
		"cp1252 windows_1252":                        {"\x80", "€"},
		"tis_620 tis620 iso_8859_11_2001 thai cp874": {"\xa1", "ก"},
		"cp858 ibm858":                               {"\xd5", "€"},
		"mac_roman macroman macintosh":               {"\x8a", "ä"},
	} {
		for name := range strings.FieldsSeq(names) {
			encoded := ""
			for i := range len(c.bytes) {
				encoded += "=" + hexByte(c.bytes[i])
			}
			m := mustParse(t, "From: =?"+name+"?q?"+encoded+"?= <a@x.org>\nContent-Type: text/plain; charset="+name+
				"\n\n"+c.bytes+"\n")
			if m.From.Name != c.want || m.Content != c.want {
				t.Errorf("%s: from %q, text %q; want %q", name, m.From.Name, m.Content, c.want)
			}
		}
	}
}

// TestGitReadsOddCharsetNames holds that git gets such a name in a charset that it knows.
func TestGitReadsOddCharsetNames(t *testing.T) {
	commits := mustCommits(t, "From: =?eucgb2312_cn?b?wO7LxA==?= <li@example.org>\nSubject: [PATCH] x\n\ny\n"+smallDiff)
	if want := "=?utf-8?q?=E6=9D=8E=E5=9B=9B?= <li@example.org>"; commits[0].From != want {
		t.Errorf("From %q, want %q", commits[0].From, want)
	}
}

func mustCommits(t *testing.T, mail string) []Commit {
	t.Helper()
	commits, err := Commits([]byte(mail), track.Person{})
	if err != nil {
		t.Fatal(err)
	}
	return commits
}
