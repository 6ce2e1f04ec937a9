// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"encoding/hex"

	"ivrs/internal/raw"
)

// Mode says what a parse does with malformed blocks.
type Mode int

// The modes.
const (
	Strict  Mode = 0 // fail at the first malformed block
	Lenient Mode = 1 // read as far as the bytes allow, as the kernel does: for what is to be simulated
)

// Table is an IVRS, read and never repaired. It doesn't change. Close it, or leave it to the collector.
type Table struct {
	handle   *handle[raw.Ivrs_table]
	findings []Finding
}

// Parse reads a binary table, or the text that acpidump prints. The bytes are copied. The error of a failure has the code and the
// offset of what made it fail.
func Parse(data []byte, mode Mode) (*Table, error) {
	var object raw.Ivrs_table
	var err error
	var code uint32
	offset := NoOffset
	if mode != Strict && mode != Lenient {
		return nil, failed(Argument, "mode of a parse")
	}
	findings, reported := report(func(r raw.Ivrs_report) error {
		object, err = outcome("table", func(o raw.Ivrs_outcome) raw.Ivrs_table {
			t := raw.Ivrs_table_parse(string(data), uint(mode), r, o)
			code, offset = uint32(o.GetCode()), o.GetOffset()
			return t
		})
		return err
	})
	if failure, ok := reported.(*Error); ok {
		failure.Code, failure.Offset, failure.Findings = code, offset, findings
		return nil, failure
	}
	return &Table{own(object, "table", raw.DeleteIvrs_table), findings}, nil
}

func (t *Table) own() *handle[raw.Ivrs_table] {
	if t == nil {
		return nil
	}
	return t.handle
}

// Close frees the table. Simulations made with it stay as they are. A second Close does nothing.
func (t *Table) Close() error {
	t.own().close()
	return nil
}

// Findings gives what the parse had to say.
func (t *Table) Findings() []Finding {
	if t == nil {
		return nil
	}
	return append([]Finding(nil), t.findings...)
}

// Check judges the table and, with a topology, the host, by the rules of a kernel. Both may be nil: only the table, the newest rules.
func (t *Table) Check(topology *Topology, kernel *Kernel) ([]Finding, error) {
	var findings []Finding
	err := t.own().read(func(table raw.Ivrs_table) error {
		return withBoth(topology, kernel, func(to raw.Ivrs_topology, k raw.Ivrs_kernel) error {
			var err error
			findings, err = report(func(r raw.Ivrs_report) error {
				return result(raw.Ivrs_table_check(table, to, k, r), "check")
			})
			return err
		})
	})
	return findings, err
}

// withBoth holds a topology and a kernel for the time of a call; those that are nil are null there.
func withBoth(topology *Topology, kernel *Kernel, f func(raw.Ivrs_topology, raw.Ivrs_kernel) error) error {
	inner := func(t raw.Ivrs_topology) error {
		if kernel == nil {
			return f(t, raw.SwigcptrIvrs_kernel(0))
		}
		return kernel.own().read(func(k raw.Ivrs_kernel) error { return f(t, k) })
	}
	if topology == nil {
		return inner(raw.SwigcptrIvrs_topology(0))
	}
	return topology.own().read(inner)
}

// Header is the header of a table. Offsets are those of the specification.
type Header struct {
	Length          uint32
	Revision        uint8
	Checksum        uint8
	ChecksumValid   bool
	OEMID           string
	OEMTableID      string
	OEMRevision     uint32
	CreatorID       string
	CreatorRevision uint32
	IVinfo          uint32
	WellFormed      bool // false when a lenient parse met what a strict one refuses
}

// Header gives the header.
func (t *Table) Header() (Header, error) {
	return get(t.own(), func(o raw.Ivrs_table) Header {
		return Header{
			Length:          uint32(raw.Ivrs_table_length(o)),
			Revision:        raw.Ivrs_table_revision(o),
			Checksum:        raw.Ivrs_table_checksum(o),
			ChecksumValid:   raw.Ivrs_table_checksum_valid(o),
			OEMID:           raw.Ivrs_table_oem_id(o),
			OEMTableID:      raw.Ivrs_table_oem_table_id(o),
			OEMRevision:     uint32(raw.Ivrs_table_oem_revision(o)),
			CreatorID:       raw.Ivrs_table_creator_id(o),
			CreatorRevision: uint32(raw.Ivrs_table_creator_revision(o)),
			IVinfo:          uint32(raw.Ivrs_table_ivinfo(o)),
			WellFormed:      raw.Ivrs_table_well_formed(o),
		}
	})
}

// Bytes gives all bytes that were parsed.
func (t *Table) Bytes() ([]byte, error) {
	var data []byte
	err := t.own().read(func(o raw.Ivrs_table) error {
		var err error
		data, err = hex.DecodeString(raw.Ivrs_table_hex(o))
		return err
	})
	return data, err
}
