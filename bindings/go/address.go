// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import "ivrs/internal/raw"

// Address is a PCI function: segment<<16 | bus<<8 | device<<3 | function.
type Address uint32

// ParseAddress reads "[SEGMENT:]BUS:DEV.FN", hexadecimal, as lspci prints it.
func ParseAddress(text string) (Address, error) {
	what := "device " + shown(text)
	if err := cText(text, what); err != nil {
		return 0, err
	}
	address, err := outcome(what, func(o raw.Ivrs_outcome) uint { return raw.Ivrs_sbdf_parse(text, o) })
	return Address(address), err
}

// ParseRange reads a device or a range of devices, "A-B"; last is inclusive.
func ParseRange(text string) (first, last Address, err error) {
	what := "range " + shown(text)
	if err := cText(text, what); err != nil {
		return 0, 0, err
	}
	both, err := outcome(what, func(o raw.Ivrs_outcome) uint64 { return raw.Ivrs_sbdf_parse_range(text, o) })
	return Address(both >> 32), Address(both & 0xffffffff), err
}

// String writes "ssss:bb:dd.f".
func (a Address) String() string { return raw.Ivrs_sbdf_format(uint(a)) }
