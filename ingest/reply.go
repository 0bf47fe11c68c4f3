package ingest

import "strings"

// isReply tells that a mail answers another. Its subject begins with "Re:", as in Patchwork, or it has references and
// its subject begins with what mail programs write in other languages. Without references such a word may mean
// anything: "SV: fix the sample value" is somebody's patch.
func isReply(subject string, hasRefs bool) bool {
	if _, ok := cutWord(subject, "re"); ok {
		return true
	}
	return hasRefs && isForeignReply(subject)
}

// isForeignReply reads "AW:", "Re[2]:", "回复：" and the like.
func isForeignReply(subject string) bool {
	word, _, ok := cutColon(subject)
	if !ok {
		return false
	}
	return replyWords[strings.ToLower(dropCount(word))]
}

// cutColon cuts at the first colon, be it that of ASCII or the wide one of Chinese and Japanese.
func cutColon(s string) (before, after string, ok bool) {
	const longest = 24 // bytes of the longest word with a count
	i := strings.IndexAny(s[:min(len(s), longest)], ":\uFF1A")
	if i < 0 {
		return "", "", false
	}
	return trim(s[:i]), s[i:], true
}

// dropCount drops the count of answers that some programs put after the word: "Re[2]", "Re(2)", "Re^2", "RE-2".
func dropCount(word string) string {
	if i := strings.IndexAny(word, "[(^-*"); i > 0 && isDigits(strings.Trim(word[i+1:], "])")) {
		return trim(word[:i])
	}
	return word
}

// replyWords are the words for "answer" that mail programs put before a subject. Forwards (WG, TR, I, RV) are not
// answers.
var replyWords = map[string]bool{
	"re": true, "aw": true, "antw": true, "antwort": true, "sv": true, "svar": true, "vs": true, "odp": true,
	"res": true, "r": true, "rif": true, "rép": true, "ynt": true, "vá": true, "odg": true,
	"отв": true, "ответ": true,
	"απ": true, "σχετ": true, "bls": true, "回复": true, "答复": true, "回覆": true,
	"回應": true, "回应": true, "返信": true, "답장": true,
	"회신": true, "תשובה": true, "השב": true, "رد": true, "ตอบ": true, "trả lời": true,
}
