// SPDX-License-Identifier: LGPL-2.1-or-later

package tests

import (
	"errors"
	"strings"
	"testing"

	"ivrs"
)

func TestBadTables(t *testing.T) {
	for _, c := range []struct {
		name   string
		data   []byte
		status ivrs.Status
		offset uint64
	}{
		{"nil", nil, ivrs.Truncated, 0},
		{"empty", []byte{}, ivrs.Truncated, 0},
		{"noise", []byte(strings.Repeat("x", 100)), ivrs.Signature, 0},
		{"cut header", sample(32)[:20], ivrs.Truncated, 20},
		{"malformed", sample(0), ivrs.Malformed, 88},
	} {
		table, err := ivrs.Parse(c.data, ivrs.Strict)
		e := wants(t, c.name, err, c.status)
		if table != nil || e.Code == 0 || len(e.Findings) == 0 || (c.name != "cut header" && e.Offset != c.offset) {
			t.Errorf("%s: table %v, code %d, offset %#x, %d findings", c.name, table, e.Code, e.Offset, len(e.Findings))
		}
	}
	_, err := ivrs.Parse(sample(32), 7)
	wants(t, "mode", err, ivrs.Argument)
}

// Every prefix of a table, and every byte of it turned over: an error or a table, never a crash.
func TestDamagedTables(t *testing.T) {
	topology := sampleTopology(t)
	tables, failures := 0, 0
	whole := sample(32)
	for i := range whole {
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 0xff
		for _, data := range [][]byte{whole[:i], flipped} {
			for _, mode := range []ivrs.Mode{ivrs.Strict, ivrs.Lenient} {
				table, err := ivrs.Parse(data, mode)
				if err != nil {
					failures++
					continue
				}
				tables++
				if _, err = table.Check(topology, nil); err != nil {
					t.Error(err)
				}
				if _, err = table.IVHDs(); err != nil {
					t.Error(err)
				}
				for _, host := range []*ivrs.Topology{nil, topology} {
					simulation, err := ivrs.Simulate(table, host, nil)
					if err != nil {
						t.Fatal(err)
					}
					if _, err = simulation.Groups(); err != nil {
						t.Error(err)
					}
					simulation.Close()
				}
				table.Close()
			}
		}
	}
	if tables == 0 || failures == 0 {
		t.Errorf("%d tables, %d failures", tables, failures)
	}
}

func TestBadArguments(t *testing.T) {
	table, topology := sampleTable(t), sampleTopology(t)
	simulate := func(o ivrs.Options) error {
		simulation, err := ivrs.Simulate(table, topology, &o)
		if simulation != nil {
			t.Errorf("%+v: a simulation", o)
		}
		return err
	}
	kernel, _ := ivrs.NewKernel("6.12")
	wants(t, "release", simulate(ivrs.Options{Release: "klingon"}), ivrs.Kernels)
	wants(t, "NUL in a release", simulate(ivrs.Options{Release: "6.12\x00"}), ivrs.Argument)
	wants(t, "long command line", simulate(ivrs.Options{Cmdline: strings.Repeat("x", 100000)}), ivrs.TooLarge)
	wants(t, "relaxation", simulate(ivrs.Options{Relax: "everything"}), ivrs.Syntax)
	wants(t, "NUL in a relaxation", simulate(ivrs.Options{Relax: "none\x00"}), ivrs.Argument)
	wants(t, "path", simulate(ivrs.Options{Path: ivrs.IOMMUFD | ivrs.Compat}), ivrs.Argument)
	wants(t, "negative path", simulate(ivrs.Options{Path: -1}), ivrs.Argument)
	wants(t, "two releases", simulate(ivrs.Options{Kernel: kernel, Release: "6.1"}), ivrs.Argument)
	wants(t, "rule", kernel.SetRule("klingon", true), ivrs.NotFound)
	wants(t, "NUL in a rule", kernel.SetRule("require-direct\x00", true), ivrs.Argument)
	wants(t, "relax", ivrs.CheckRelax(""), ivrs.Syntax)
	_, err := ivrs.ParseAddress("card")
	wants(t, "address", err, ivrs.Syntax)
	_, err = ivrs.ParseAddress("01:00.0\x00")
	wants(t, "NUL in an address", err, ivrs.Argument)
	_, _, err = ivrs.ParseRange("02:00.0-01:00.0")
	wants(t, "range", err, ivrs.Syntax)

	wants(t, "added twice", topology.Add(0x100), ivrs.Exists)
	wants(t, "not added", topology.Set(0x7700, ivrs.Class(0)), ivrs.NotFound)
	wants(t, "not added, nothing to set", topology.Set(0x7700), ivrs.NotFound)
	wants(t, "class", topology.Set(0x100, ivrs.Class(1<<24)), ivrs.Argument)
	wants(t, "driver", topology.Set(0x100, ivrs.Driver("a\x00b")), ivrs.Argument)
	wants(t, "empty attribute", topology.Set(0x100, ivrs.Attribute{}), ivrs.Argument)
	wants(t, "ACPI name", topology.AddACPI(strings.Repeat("x", 100), "MSFT0201", "", 1), ivrs.Argument)
	wants(t, "NUL in an ACPI name", topology.AddACPI("a\x00", "MSFT0201", "", 1), ivrs.Argument)

	simulation := sampleSimulation(t)
	_, err = simulation.Device(0x7700)
	wants(t, "device", err, ivrs.NotFound)
	_, err = simulation.GroupOf(address(t, "00:02.0"))
	wants(t, "no group", err, ivrs.NotFound)
	device, err := simulation.Device(0x100)
	fine(t, err)
	_, err = device.Explain(&ivrs.Context{BoardVendor: "a\x00"})
	wants(t, "vendor", err, ivrs.Argument)
}

// nil, zero values and what was closed: ErrClosed, whatever is called.
func TestClosed(t *testing.T) {
	closedTable, closedTopology := sampleTable(t), sampleTopology(t)
	closedKernel, _ := ivrs.NewKernel("")
	closedSimulation := sampleSimulation(t)
	group, err := closedSimulation.GroupOf(0x100)
	fine(t, err)
	for i := 0; i < 2; i++ {
		fine(t, closedTable.Close())
		fine(t, closedTopology.Close())
		fine(t, closedKernel.Close())
		fine(t, closedSimulation.Close())
	}
	var errs []error
	add := func(_ interface{}, err error) { errs = append(errs, err) }
	for _, table := range []*ivrs.Table{nil, {}, closedTable} {
		add(table.Header())
		add(table.Bytes())
		add(table.Blocks())
		add(table.IVHDs())
		add(table.IVMDs())
		add(table.Check(nil, nil))
		table.Findings()
		fine(t, table.Close())
		if table != nil {
			add(ivrs.Simulate(table, nil, nil))
		}
	}
	for _, topology := range []*ivrs.Topology{nil, {}, closedTopology} {
		errs = append(errs, topology.Add(1), topology.Set(1), topology.AddACPI("a", "b", "", 0), topology.AddIOAPIC(0),
			topology.SetComplete(true))
		add(topology.Functions())
		fine(t, topology.Close())
		if topology != nil {
			add(ivrs.Simulate(nil, topology, nil))
			add(sampleTable(t).Check(topology, nil))
		}
	}
	for _, kernel := range []*ivrs.Kernel{nil, {}, closedKernel} {
		errs = append(errs, kernel.SetCmdline(""), kernel.SetRule("require-direct", true))
		add(kernel.HasRule("require-direct"))
		add(kernel.Release())
		add(kernel.Cmdline())
		add(kernel.RuleSet())
		add(kernel.Exact())
		add(kernel.IOMMUOff())
		add(kernel.Relax())
		fine(t, kernel.Close())
		if kernel != nil {
			add(ivrs.Simulate(nil, nil, &ivrs.Options{Kernel: kernel}))
		}
	}
	for _, simulation := range []*ivrs.Simulation{nil, {}, closedSimulation} {
		add(simulation.Groups())
		add(simulation.Devices())
		add(simulation.Device(0x100))
		add(simulation.GroupOf(0x100))
		simulation.Boot()
		fine(t, simulation.Close())
	}
	for _, g := range []ivrs.Group{{}, group} {
		add(g.Regions())
		add(g.IOVA())
		_ = g.String()
	}
	for _, d := range []ivrs.Device{{}, group.Members[0]} {
		add(d.UnityMaps())
		add(d.Explain(nil))
		_ = d.String()
	}
	for i, err := range errs {
		if !errors.Is(err, ivrs.ErrClosed) || !errors.Is(err, ivrs.Argument) || !strings.HasSuffix(err.Error(), "out of range") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if group.ID != 13 || group.Culprit.Address != 0x100 {
		t.Error("a group that was taken before loses its fields")
	}
}

// Names of numbers that are none.
func TestUnknownNumbers(t *testing.T) {
	for _, text := range []string{ivrs.State(99).String(), ivrs.Claim(99).String(), ivrs.Reason(99).String(), ivrs.RegionKind(99).String(),
		ivrs.Severity(99).String(), ivrs.Errno(9999).String()} {
		equal(t, "name", text, "unknown")
	}
	equal(t, "status", ivrs.Status(-99).Name(), "IVRS_E_UNKNOWN")
	equal(t, "finding", ivrs.Finding{}.Name(), "")
}
