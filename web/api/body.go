package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// required and the sentences below are Django REST Framework's.
const (
	required = "This field is required."
	notNull  = "This field may not be null."
	notBlank = "This field may not be blank."
	nulls    = "Null characters are not allowed."
	noPK     = "Incorrect type. Expected pk value, received str."
)

// form is what a request says, in whichever of the three forms that programs send: JSON,
// application/x-www-form-urlencoded, multipart/form-data. Fields that nobody knows or can change are ignored.
type form struct {
	*call
	plain  url.Values                 // of a form
	json   map[string]json.RawMessage // of JSON
	in     string                     // the field that this object is; empty: it is the whole
	faults []fault
}

// form reads the body.
func (c *call) form() (*form, error) {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, errTooLarge
	case err != nil:
		return nil, &refusal{status: http.StatusBadRequest, detail: "The request is cut short."}
	}
	f := &form{call: c}
	if len(body) == 0 {
		return f, nil
	}
	if err := f.read(kind, params["boundary"], body); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *form) read(kind, boundary string, body []byte) (err error) {
	switch kind {
	case "application/json":
		return f.readJSON(body)
	case "application/x-www-form-urlencoded":
		if bytes.Count(body, []byte("&")) >= maxParameters {
			return errTooMany
		}
		if f.plain, err = url.ParseQuery(string(body)); err != nil {
			return malformed("Form parse error - " + err.Error())
		}
	case "multipart/form-data":
		if f.plain, err = readMultipart(body, boundary); err != nil {
			return malformed("Multipart form parse error - " + err.Error())
		}
	default:
		detail := fmt.Sprintf("Unsupported media type %q in request.", kind)
		return &refusal{status: http.StatusUnsupportedMediaType, detail: detail}
	}
	for name, values := range f.plain {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
				return invalid(strings.ToValidUTF8(name, "\uFFFD"), nulls)
			}
		}
	}
	return nil
}

func malformed(sentence string) error {
	return &refusal{status: http.StatusBadRequest, detail: strings.ToValidUTF8(sentence, "\uFFFD")}
}

func (f *form) readJSON(body []byte) error {
	if !utf8.Valid(body) {
		return malformed("JSON parse error - the text is not UTF-8")
	}
	err := json.Unmarshal(body, &f.json)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return invalid("detail", "Invalid data. Expected a dictionary, but got "+pythons(body)+".")
	case err == nil && f.json == nil:
		return invalid("detail", "No data provided")
	}
	if err != nil {
		return malformed("JSON parse error - " + err.Error())
	}
	return nil
}

// pythons is what Python calls the type of a JSON value.
func pythons(raw []byte) string {
	switch raw = bytes.TrimSpace(raw); raw[0] {
	case '[':
		return "list"
	case '{':
		return "dict"
	case '"':
		return "str"
	case 't', 'f':
		return "bool"
	}
	return "int"
}

func readMultipart(body []byte, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, errors.New("no boundary")
	}
	values := url.Values{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParameters {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FileName() == "" && part.FormName() != "" {
			values.Add(part.FormName(), string(text))
		}
	}
	return nil, errors.New("too many parts")
}

func (f *form) fail(field, sentence string) {
	f.faults = append(f.faults, fault{f.in, field, sentence})
}

// err is what is wrong with fields that were read so far.
func (f *form) err() error {
	if f.faults == nil {
		return nil
	}
	return &refusal{status: http.StatusBadRequest, fields: f.faults}
}

func (f *form) has(name string) bool {
	_, ok := f.json[name]
	return ok || f.plain[name] != nil
}

// require says which fields must be there.
func (f *form) require(names ...string) {
	for _, name := range names {
		if !f.has(name) {
			f.fail(name, required)
		}
	}
}

// within is an object that is a field.
func (f *form) within(name string) *form {
	in := &form{call: f.call, in: name}
	if f.plain != nil {
		in.plain = url.Values{}
		for field, values := range f.plain {
			if field, ok := strings.CutPrefix(field, name+"."); ok {
				in.plain[field] = values
			}
		}
	}
	if raw, ok := f.json[name]; ok && json.Unmarshal(raw, &in.json) != nil {
		in.fail("detail", "Invalid data. Expected a dictionary, but got "+pythons(raw)+".")
	}
	return in
}
