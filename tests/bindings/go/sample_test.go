// SPDX-License-Identifier: LGPL-2.1-or-later

package tests

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"ivrs"
)

// sample makes a table: one IOMMU for all functions, an IOAPIC, and one IVMD 22h over buses 00-0f, whose length field is given.
func sample(ivmdLength uint16) []byte {
	var b bytes.Buffer
	put := func(values ...interface{}) {
		for _, v := range values {
			if text, ok := v.(string); ok {
				v = []byte(text)
			}
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err)
			}
		}
	}
	put("IVRS", uint32(0), uint8(2), uint8(0), "SAMPLE", "IVRSTEST", uint32(1), "GO  ", uint32(1), uint32(0), uint64(0))
	put(uint8(0x10), uint8(0), uint16(24+16), uint16(0x10), uint16(0x40), uint64(0xfed80000), uint16(0), uint16(0), uint32(0))
	put(uint8(3), uint16(0), uint8(0), uint8(4), uint16(0xffff), uint8(0))
	put(uint8(0x48), uint16(0), uint8(0), uint8(0), uint16(0xa0), uint8(1))
	put(uint8(0x22), uint8(8), ivmdLength, uint16(0), uint16(0xfff), uint64(0), uint64(0x3c000000), uint64(0x1000))
	table := b.Bytes()
	binary.LittleEndian.PutUint32(table[4:], uint32(len(table)))
	var sum uint8
	for _, c := range table {
		sum += c
	}
	table[9] = -sum
	return table
}

func address(t testing.TB, text string) ivrs.Address {
	t.Helper()
	a, err := ivrs.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sampleTable(t testing.TB) *ivrs.Table {
	t.Helper()
	table, err := ivrs.Parse(sample(32), ivrs.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func sampleTopology(t testing.TB) *ivrs.Topology {
	t.Helper()
	topology, err := ivrs.NewTopology()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(err)
	check(topology.Add(address(t, "00:02.0"), ivrs.Class(0x080600), ivrs.IOMMUCapability(0x0400000f)))
	check(topology.Add(address(t, "00:05.0"), ivrs.Class(0x060400), ivrs.Bridge(1, 1), ivrs.PCIe(0x142), ivrs.InGroup(3),
		ivrs.Driver("pcieport")))
	check(topology.Add(address(t, "01:00.0"), ivrs.Class(0x030000), ivrs.IDs(0x10de, 0x2204), ivrs.PCIe(2), ivrs.InGroup(13)))
	check(topology.Add(0x0101, ivrs.Class(0x040300), ivrs.PCIe(2), ivrs.InGroup(13)))
	return topology
}

func sampleSimulation(t testing.TB) *ivrs.Simulation {
	t.Helper()
	simulation, err := ivrs.Simulate(sampleTable(t), sampleTopology(t), &ivrs.Options{Release: "6.12"})
	if err != nil {
		t.Fatal(err)
	}
	return simulation
}

// wants fails the test unless err is of that kind.
func wants(t *testing.T, what string, err error, status ivrs.Status) *ivrs.Error {
	t.Helper()
	var e *ivrs.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: not an *ivrs.Error: %v", what, err)
		return &ivrs.Error{}
	}
	if !errors.Is(err, status) || e.Error() == "" {
		t.Errorf("%s: %v instead of %v", what, err, status)
	}
	return e
}
