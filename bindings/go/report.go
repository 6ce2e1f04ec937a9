// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"fmt"

	"ivrs/internal/raw"
)

// Severity says how bad a finding is, by what Linux does about it. A larger one is worse.
type Severity uint32

// The severities.
const (
	Info         Severity = 1 // worth knowing
	WrongMapping Severity = 2 // Linux maps something else than the table means
	Blocked      Severity = 3 // passthrough of a device or group is refused
	IOMMULost    Severity = 4 // no IOMMU, no groups
	Panic        Severity = 5 // the kernel may panic at boot
	Hang         Severity = 6 // the boot never ends
)

// String gives the name, "wrong-mapping".
func (s Severity) String() string { return raw.Ivrs_severity_name(uint(s)) }

// Finding is one thing that a parse or a check has to say.
type Finding struct {
	Code      uint32 // 42 is printed IVRS-042; a code never changes its meaning
	Severity  Severity
	Offset    uint64  // in the table, in bytes, or NoOffset
	Device    Address // only when HasDevice
	HasDevice bool
	Message   string
}

// ID is the code as it is printed, "IVRS-042".
func (f Finding) ID() string { return fmt.Sprintf("IVRS-%03d", f.Code) }

// Name is the short stable name of the code, "block-length-zero".
func (f Finding) Name() string { return raw.Ivrs_finding_name(uint(f.Code)) }

// Text says what the code means and where that rule comes from.
func (f Finding) Text() string { return raw.Ivrs_finding_text(uint(f.Code)) }

// String gives one line.
func (f Finding) String() string {
	text := f.ID() + " " + f.Severity.String() + ":"
	if f.Offset != NoOffset {
		text += fmt.Sprintf(" offset %#x:", f.Offset)
	}
	if f.HasDevice {
		text += " " + f.Device.String() + ":"
	}
	return text + " " + f.Message
}

// report makes an empty one for the time of a call.
func report(f func(raw.Ivrs_report) error) ([]Finding, error) {
	r, err := outcome("report", raw.Ivrs_report_new)
	if err != nil {
		return nil, err
	}
	defer raw.DeleteIvrs_report(r)
	err = f(r)
	count := raw.Ivrs_report_count(r)
	findings := make([]Finding, count)
	for i := range findings {
		at := int64(i)
		device := uint32(raw.Ivrs_report_device(r, at))
		findings[i] = Finding{
			Code:      uint32(raw.Ivrs_report_code(r, at)),
			Severity:  Severity(raw.Ivrs_report_severity(r, at)),
			Offset:    raw.Ivrs_report_offset(r, at),
			Device:    Address(device),
			HasDevice: device != none,
			Message:   raw.Ivrs_report_message(r, at),
		}
		if device == none {
			findings[i].Device = 0
		}
	}
	return findings, err
}

// none is what the C library says for no group, no device and no IVMD.
const none = ^uint32(0)

// Worst gives the worst severity, 0 when there are no findings.
func Worst(findings []Finding) Severity {
	var worst Severity
	for _, f := range findings {
		if f.Severity > worst {
			worst = f.Severity
		}
	}
	return worst
}
