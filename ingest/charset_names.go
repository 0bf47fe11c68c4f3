package ingest

import "strings"

// canonicalCharset is the name by which the rest of this package knows a charset. People and programs spell the names
// as they like: with or without dashes, and as the library of their language calls its codecs. Mailman, which is
// written in Python, puts "eucgb2312_cn" and "big5_tw" into headers.
func canonicalCharset(name string) string {
	switch name {
	case "", "utf-8", "us-ascii", "iso-8859-1": // nearly all mail
		return name
	}
	name = strings.Trim(strings.ToLower(name), " '\"")
	if known, ok := charsetNames[squash(name)]; ok {
		return known
	}
	return name
}

// squash reduces a charset's name to its letters and digits.
func squash(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_ .:", r) {
			return -1
		}
		return r
	}, name)
}

// charsetNames has the canonical name of a charset for each of its other names, squashed.
var charsetNames = squashedNames(map[string]string{
	"utf-8": "utf8 utf_8 u8 utf cp65001 unicode-1-1-utf-8 x-utf-8 utf-8-sig utf8-ucs2 utf8-ucs4",
	"us-ascii": "ascii us 646 cp367 ibm367 csascii iso646-us iso-646 iso_646.irv:1991 iso-ir-6 ansi_x3.4-1968 " +
		"ansi_x3.4-1986",
	"utf-7":    "utf7 u7 unicode-1-1-utf-7",
	"utf-16":   "utf16 u16",
	"utf-16be": "utf-16-be unicodebigunmarked",
	"utf-16le": "utf-16-le unicodelittleunmarked",

	"iso-8859-1": "latin-1 latin l1 8859-1 8859 iso8859 cp819 ibm819 iso-latin-1 csisolatin1 iso-ir-100 " +
		"iso_8859-1:1987",
	"iso-8859-2":  "latin-2 l2 8859-2 csisolatin2 iso-ir-101 iso_8859-2:1987",
	"iso-8859-3":  "latin-3 l3 8859-3 csisolatin3 iso-ir-109 iso_8859-3:1988",
	"iso-8859-4":  "latin-4 l4 8859-4 csisolatin4 iso-ir-110 iso_8859-4:1988",
	"iso-8859-5":  "cyrillic 8859-5 csisolatincyrillic iso-ir-144 iso_8859-5:1988",
	"iso-8859-6":  "arabic 8859-6 csisolatinarabic asmo-708 ecma-114 iso-ir-127 iso_8859-6:1987",
	"iso-8859-7":  "greek greek8 8859-7 csisolatingreek ecma-118 elot-928 iso-ir-126 iso_8859-7:1987",
	"iso-8859-8":  "hebrew 8859-8 csisolatinhebrew iso-ir-138 iso_8859-8:1988",
	"iso-8859-9":  "latin-5 l5 8859-9 csisolatin5 iso-ir-148 iso_8859-9:1989",
	"iso-8859-10": "latin-6 l6 8859-10 csisolatin6 iso-ir-157 iso_8859-10:1992",
	"iso-8859-11": "thai 8859-11 iso_8859-11:2001",
	"iso-8859-13": "latin-7 l7 8859-13",
	"iso-8859-14": "latin-8 l8 8859-14 iso-celtic iso-ir-199 iso_8859-14:1998",
	"iso-8859-15": "latin-9 l9 8859-15",
	"iso-8859-16": "latin-10 l10 8859-16 iso-ir-226 iso_8859-16:2001",

	"windows-1250": "cp1250 1250 ms-ee",
	"windows-1251": "cp1251 1251 ms-cyrl",
	"windows-1252": "cp1252 1252 ms-ansi",
	"windows-1253": "cp1253 1253 ms-greek",
	"windows-1254": "cp1254 1254 ms-turk",
	"windows-1255": "cp1255 1255 ms-hebr",
	"windows-1256": "cp1256 1256 ms-arab",
	"windows-1257": "cp1257 1257",
	"windows-1258": "cp1258 1258",
	"windows-874":  "cp874 874 ms874",
	"tis-620":      "tis620-0 tis620.2529-0 tis620.2529-1 iso-ir-166",

	"koi8-r":         "koi8 koi cskoi8r",
	"koi8-u":         "koi8-ru",
	"macintosh":      "mac mac-roman",
	"x-mac-cyrillic": "mac-cyrillic",

	"cp037":    "037 ibm037 ibm039 csibm037 ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt",
	"ibm00858": "cp858 858 ibm858 csibm858",
	"ibm01140": "cp1140 1140 ibm1140",

	"gb2312": "chinese euc-cn eucgb2312-cn gb2312-80 gb2312-1980 gb_2312-80 csiso58gb231280 iso-ir-58 " +
		"x-mac-simp-chinese",
	"gbk": "cp936 936 ms936 x-gbk",

	"gb18030":    "gb18030-2000 gb18030-2005",
	"hz-gb-2312": "hz hz-gb",
	"big5":       "big5-tw csbig5 cp950 950 ms950 x-mac-trad-chinese",
	"big5-hkscs": "hkscs",

	// The codecs of 2000 and 2004 add characters to those of 1997, and change none.
	"euc-jp":      "ujis u-jis euc-jis-2004 euc-jisx0213 jisx0213 x-euc-jp",
	"iso-2022-jp": "csiso2022jp iso2022-jp-1 iso2022-jp-2 iso2022-jp-3 iso2022-jp-2004 iso2022-jp-ext",
	"shift_jis":   "sjis s-jis x-sjis csshiftjis shift-jis-2004 s-jis-2004 shift-jisx0213 s-jisx0213 x-mac-japanese",
	"windows-31j": "cp932 932 ms932 ms-kanji cswindows31j",
	"euc-kr": "korean ks-c-5601 ks_c_5601-1987 ks_c_5601-1989 ks-x-1001 ksc5601 cp949 949 ms949 uhc windows-949 " +
		"x-mac-korean",
	"iso-2022-kr": "csiso2022kr",
})

func squashedNames(others map[string]string) map[string]string {
	known := map[string]string{}
	for name, list := range others {
		known[squash(name)] = name
		for other := range strings.FieldsSeq(list) {
			known[squash(other)] = name
		}
	}
	return known
}
