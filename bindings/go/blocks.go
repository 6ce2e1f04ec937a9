// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"fmt"

	"ivrs/internal/raw"
)

// Block is any block of a table, as it stands there.
type Block struct {
	Index  int
	Type   uint8
	Flags  uint8
	Length uint16
	Offset uint32
}

// Name is "IVHD", "IVMD" or "unknown".
func (b Block) Name() string { return raw.Ivrs_block_type_name(b.Type) }

// IVHD describes one IOMMU. The fields are named as in the specification.
type IVHD struct {
	Index      int // among the IVHDs
	BlockIndex uint32
	Offset     uint32
	Type       uint8
	Flags      uint8
	Length     uint16
	DevID      uint16
	Capability uint16
	Base       uint64
	Segment    uint16
	Info       uint16
	Attributes uint32
	EFR        uint64
	EFR2       uint64
	Entries    []Entry
}

// Entry is a device entry of an IVHD.
type Entry struct {
	Index     int
	Type      uint8
	Offset    uint32
	Length    uint32
	Flags     uint8
	DevID     uint16
	Alias     uint16
	Extended  uint32
	Handle    uint8
	Variety   uint8
	HID       string
	CID       string
	UID       string
	UIDFormat uint8
}

// Name is the name of the entry's type, "range-start".
func (e Entry) Name() string { return raw.Ivrs_entry_type_name(e.Type) }

// IVMD describes a range of memory. The fields are named as in the specification.
type IVMD struct {
	Index        int // among the IVMDs: the number that unity maps carry
	BlockIndex   uint32
	Offset       uint32
	Type         uint8
	Flags        uint8
	Length       uint16
	DevID        uint16
	Aux          uint16
	Segment      uint16
	Reserved     uint64
	Start        uint64
	MemoryLength uint64
}

// Blocks gives all blocks in table order.
func (t *Table) Blocks() ([]Block, error) {
	return get(t.own(), func(o raw.Ivrs_table) []Block {
		blocks := make([]Block, raw.Ivrs_table_block_count(o))
		for i := range blocks {
			at := int64(i)
			blocks[i] = Block{i, raw.Ivrs_table_block_type(o, at), raw.Ivrs_table_block_flags(o, at),
				raw.Ivrs_table_block_length(o, at), uint32(raw.Ivrs_table_block_offset(o, at))}
		}
		return blocks
	})
}

// IVHDs gives the blocks that describe IOMMUs, with their entries.
func (t *Table) IVHDs() ([]IVHD, error) {
	var ivhds []IVHD
	err := t.own().read(func(table raw.Ivrs_table) error {
		ivhds = make([]IVHD, raw.Ivrs_table_ivhd_count(table))
		for i := range ivhds {
			o, err := outcome(fmt.Sprintf("IVHD %d", i), func(o raw.Ivrs_outcome) raw.Ivrs_ivhd {
				return raw.Ivrs_table_ivhd(table, int64(i), o)
			})
			if err != nil {
				return err
			}
			ivhds[i] = readIVHD(o, i)
			raw.DeleteIvrs_ivhd(o)
		}
		return nil
	})
	return ivhds, err
}

func readIVHD(o raw.Ivrs_ivhd, index int) IVHD {
	return IVHD{
		Index:      index,
		BlockIndex: uint32(raw.Ivrs_ivhd_block_index(o)),
		Offset:     uint32(raw.Ivrs_ivhd_offset(o)),
		Type:       raw.Ivrs_ivhd_block_type(o),
		Flags:      raw.Ivrs_ivhd_flags(o),
		Length:     raw.Ivrs_ivhd_length(o),
		DevID:      raw.Ivrs_ivhd_devid(o),
		Capability: raw.Ivrs_ivhd_capability(o),
		Base:       raw.Ivrs_ivhd_base(o),
		Segment:    raw.Ivrs_ivhd_segment(o),
		Info:       raw.Ivrs_ivhd_info(o),
		Attributes: uint32(raw.Ivrs_ivhd_attributes(o)),
		EFR:        raw.Ivrs_ivhd_efr(o),
		EFR2:       raw.Ivrs_ivhd_efr2(o),
		Entries:    readEntries(o),
	}
}

func readEntries(o raw.Ivrs_ivhd) []Entry {
	entries := make([]Entry, raw.Ivrs_ivhd_entry_count(o))
	for i := range entries {
		at := int64(i)
		entries[i] = Entry{
			Index:     i,
			Type:      raw.Ivrs_ivhd_entry_type(o, at),
			Offset:    uint32(raw.Ivrs_ivhd_entry_offset(o, at)),
			Length:    uint32(raw.Ivrs_ivhd_entry_length(o, at)),
			Flags:     raw.Ivrs_ivhd_entry_flags(o, at),
			DevID:     raw.Ivrs_ivhd_entry_devid(o, at),
			Alias:     raw.Ivrs_ivhd_entry_alias(o, at),
			Extended:  uint32(raw.Ivrs_ivhd_entry_extended(o, at)),
			Handle:    raw.Ivrs_ivhd_entry_handle(o, at),
			Variety:   raw.Ivrs_ivhd_entry_variety(o, at),
			UIDFormat: raw.Ivrs_ivhd_entry_uid_format(o, at),
		}
		// Only a device that ACPI names has texts, and they cost.
		if entries[i].Type == 0xf0 {
			entries[i].HID = raw.Ivrs_ivhd_entry_hid(o, at)
			entries[i].CID = raw.Ivrs_ivhd_entry_cid(o, at)
			entries[i].UID = raw.Ivrs_ivhd_entry_uid(o, at)
		}
	}
	return entries
}

// IVMDs gives the blocks that describe memory.
func (t *Table) IVMDs() ([]IVMD, error) {
	var ivmds []IVMD
	err := t.own().read(func(table raw.Ivrs_table) error {
		ivmds = make([]IVMD, raw.Ivrs_table_ivmd_count(table))
		for i := range ivmds {
			o, err := outcome(fmt.Sprintf("IVMD %d", i), func(o raw.Ivrs_outcome) raw.Ivrs_ivmd {
				return raw.Ivrs_table_ivmd(table, int64(i), o)
			})
			if err != nil {
				return err
			}
			ivmds[i] = IVMD{
				Index:        i,
				BlockIndex:   uint32(raw.Ivrs_ivmd_block_index(o)),
				Offset:       uint32(raw.Ivrs_ivmd_offset(o)),
				Type:         raw.Ivrs_ivmd_block_type(o),
				Flags:        raw.Ivrs_ivmd_flags(o),
				Length:       raw.Ivrs_ivmd_length(o),
				DevID:        raw.Ivrs_ivmd_devid(o),
				Aux:          raw.Ivrs_ivmd_aux(o),
				Segment:      raw.Ivrs_ivmd_segment(o),
				Reserved:     raw.Ivrs_ivmd_reserved(o),
				Start:        raw.Ivrs_ivmd_start(o),
				MemoryLength: raw.Ivrs_ivmd_memory_length(o),
			}
			raw.DeleteIvrs_ivmd(o)
		}
		return nil
	})
	return ivmds, err
}
