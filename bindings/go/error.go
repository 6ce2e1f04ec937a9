// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"errors"
	"fmt"
	"strings"

	"ivrs/internal/raw"
)

// Status is the kind of an error. It is an error itself, so that errors.Is(err, ivrs.Malformed) asks for the kind.
type Status int

// The kinds of errors. Their values are those of the C library and never change their meaning.
const (
	NoMemory  Status = 1  // out of memory
	Argument  Status = 2  // an argument is nil, closed, out of range or of the wrong kind
	Syntax    Status = 3  // a text (device, relaxation) doesn't parse
	NotFound  Status = 4  // no such device or rule
	Exists    Status = 5  // the device is there already
	Truncated Status = 6  // the bytes end before the structure does
	Signature Status = 7  // not an IVRS
	Malformed Status = 8  // a length or an entry contradicts the structure around it
	TooLarge  Status = 9  // more bytes or items than the library accepts
	Kernels   Status = 10 // the kernel release isn't one whose rules are known
)

// ErrClosed is what errors.Is finds in the error of a call on something that was closed (or never opened).
var ErrClosed = errors.New("closed")

// NoOffset stands for "not about a byte of the table".
const NoOffset = ^uint64(0)

// Name is the name in the C library, "IVRS_E_MALFORMED".
func (s Status) Name() string { return raw.Ivrs_status_name(int(s)) }

// Error says what the status means.
func (s Status) Error() string { return raw.Ivrs_status_text(int(s)) }

// Error is the type of every error of this package.
type Error struct {
	Status Status
	What   string // what it was about; may be empty
	Code   uint32 // of a failed parse: code of the finding that made it fail (12 is printed IVRS-012); else 0
	Offset uint64 // of a failed parse: where in the table, in bytes; else NoOffset
	// Findings of a failed parse, up to the one that made it fail.
	Findings []Finding

	closed bool
}

// Error gives one line.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("ivrs: ")
	if e.What != "" {
		text.WriteString(e.What + ": ")
	}
	text.WriteString(e.Status.Error())
	if e.Code != 0 {
		fmt.Fprintf(&text, " (IVRS-%03d)", e.Code)
	}
	if e.Offset != NoOffset {
		fmt.Fprintf(&text, " at offset %#x", e.Offset)
	}
	return text.String()
}

// Unwrap gives the status.
func (e *Error) Unwrap() error { return e.Status }

// Is tells errors.Is of ErrClosed.
func (e *Error) Is(target error) bool { return e.closed && target == ErrClosed }

func failed(status Status, what string) *Error {
	return &Error{Status: status, What: what, Offset: NoOffset}
}

// result makes an error of what a C function returned.
func result(status int, what string) error {
	if status == 0 {
		return nil
	}
	if status < 0 {
		status = -status
	}
	return failed(Status(status), what)
}

// outcome calls a function that tells by an outcome how it ended.
func outcome[T any](what string, call func(raw.Ivrs_outcome) T) (T, error) {
	o := raw.Ivrs_outcome_new()
	if o.Swigcptr() == 0 {
		var none T
		return none, failed(NoMemory, what)
	}
	defer raw.DeleteIvrs_outcome(o)
	value := call(o)
	return value, result(o.GetStatus(), what)
}

// cText refuses a text that C would cut.
func cText(text, what string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return failed(Argument, what+" has a NUL in it")
	}
	return nil
}

// shown quotes a text for a message, not longer than a line can bear.
func shown(text string) string {
	if len(text) > 43 {
		text = text[:40] + "..."
	}
	return fmt.Sprintf("%q", text)
}
