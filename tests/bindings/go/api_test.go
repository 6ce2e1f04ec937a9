// SPDX-License-Identifier: LGPL-2.1-or-later

// Package tests tests package ivrs from outside, as a program that imports it.
package tests

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ivrs"
)

func equal(t *testing.T, what string, got, expected interface{}) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(expected) {
		t.Errorf("%s: %v instead of %v", what, got, expected)
	}
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddresses(t *testing.T) {
	equal(t, "parsed", uint32(address(t, "0001:02:03.4")), 0x1021c)
	equal(t, "formatted", ivrs.Address(0x1021c), "0001:02:03.4")
	first, last, err := ivrs.ParseRange("01:00.0-01:1f.7")
	fine(t, err)
	equal(t, "range", []ivrs.Address{first, last}, "[0000:01:00.0 0000:01:1f.7]")
	fine(t, ivrs.CheckRelax("devices=01:00.0"))
	equal(t, "version", ivrs.Version(), "0.1.0")
}

func TestTable(t *testing.T) {
	table := sampleTable(t)
	header, err := table.Header()
	fine(t, err)
	equal(t, "header", header, ivrs.Header{Length: 120, Revision: 2, Checksum: sample(32)[9], ChecksumValid: true, OEMID: "SAMPLE",
		OEMTableID: "IVRSTEST", OEMRevision: 1, CreatorID: "GO", CreatorRevision: 1, WellFormed: true})
	data, err := table.Bytes()
	fine(t, err)
	if !bytes.Equal(data, sample(32)) {
		t.Error("other bytes come back")
	}
	blocks, err := table.Blocks()
	fine(t, err)
	equal(t, "blocks", blocks, "[{0 16 0 40 48} {1 34 8 32 88}]")
	equal(t, "name", blocks[1].Name(), "IVMD")
	ivhds, err := table.IVHDs()
	fine(t, err)
	equal(t, "base", ivhds[0].Base, uint64(0xfed80000))
	equal(t, "entries", len(ivhds[0].Entries), 3)
	equal(t, "entry", ivhds[0].Entries[0].Name(), "range-start")
	equal(t, "IOAPIC", ivhds[0].Entries[2].Variety, 1)
	ivmds, err := table.IVMDs()
	fine(t, err)
	equal(t, "IVMD", ivmds, "[{0 1 88 34 8 32 0 4095 0 0 1006632960 4096}]")
}

func TestFindings(t *testing.T) {
	table, err := ivrs.Parse(sample(0), ivrs.Lenient)
	fine(t, err)
	if ivrs.Worst(table.Findings()) == 0 {
		t.Error("a lenient parse finds nothing wrong")
	}
	kernel, err := ivrs.NewKernel("6.12")
	fine(t, err)
	findings, err := sampleTable(t).Check(sampleTopology(t), kernel)
	fine(t, err)
	equal(t, "worst", ivrs.Worst(findings), "blocked")
	found := false
	for _, f := range findings {
		if f.Code == 42 {
			found = true
			equal(t, "severity", f.Severity, ivrs.Blocked)
			if !strings.HasPrefix(f.String(), "IVRS-042 blocked: offset 0x58: ") || f.Name() == "" || f.Text() == "" {
				t.Error(f)
			}
		}
	}
	equal(t, "passthrough is blocked", found, true)
}

func TestTopology(t *testing.T) {
	topology := sampleTopology(t)
	functions, err := topology.Functions()
	fine(t, err)
	equal(t, "number", len(functions), 4)
	equal(t, "a function", functions[2], ivrs.Function{Address: 0x100, Class: 0x030000, Vendor: 0x10de, Device: 0x2204, Group: 13})
	equal(t, "driver", functions[1].Driver, "pcieport")
	fine(t, topology.Set(0x100, ivrs.Driver("vfio-pci"), ivrs.InGroup(ivrs.NoGroup)))
	fine(t, topology.AddACPI("MSFT0201:00", "MSFT0201", "1", 20))
	fine(t, topology.AddIOAPIC(1))
	fine(t, topology.SetComplete(true))
	functions, err = topology.Functions()
	fine(t, err)
	equal(t, "changed", fmt.Sprint(functions[2].Driver, functions[2].Group == ivrs.NoGroup), "vfio-pcitrue")
	equal(t, "ACPI device", functions[4].ACPIName, "MSFT0201:00")
}

func TestKernel(t *testing.T) {
	kernel, err := ivrs.NewKernel("6.12.117+deb12-amd64")
	fine(t, err)
	fine(t, kernel.SetCmdline("quiet amd_iommu=off"))
	set, err := kernel.RuleSet()
	fine(t, err)
	off, err := kernel.IOMMUOff()
	fine(t, err)
	exact, err := kernel.Exact()
	fine(t, err)
	equal(t, "kernel", fmt.Sprint(set, off, exact), "linux-6.12true true")
	fine(t, kernel.SetRule("require-direct", false))
	holds, err := kernel.HasRule("require-direct")
	fine(t, err)
	equal(t, "rule", holds, false)
	sets := ivrs.RuleSets()
	newest, err := ivrs.NewKernel("")
	fine(t, err)
	set, err = newest.RuleSet()
	fine(t, err)
	equal(t, "the newest", set, sets[len(sets)-1].Name)
	release, err := kernel.Release()
	fine(t, err)
	equal(t, "release", release, "6.12.117+deb12-amd64")
}

func TestSimulation(t *testing.T) {
	simulation := sampleSimulation(t)
	equal(t, "boot", simulation.Boot(), ivrs.Boot{State: ivrs.Ready, Offset: ivrs.NoOffset, IVHDType: 0x10, InterruptRemapping: true, Relax: "none"})
	groups, err := simulation.Groups()
	fine(t, err)
	equal(t, "groups", groups, "[group 3: nothing-to-claim group 13: refused]")
	group, err := simulation.GroupOf(0x101)
	fine(t, err)
	equal(t, "refusal", []interface{}{group.ID, group.Reason, group.Errno, uint32(group.Errno), group.Step, group.Domain, group.Culprit},
		"[13 require_direct EINVAL 22 VFIO_GROUP_SET_CONTAINER DMA 0000:01:00.0]")
	equal(t, "members", group.Members, "[0000:01:00.0 0000:01:00.1]")
	if !strings.HasPrefix(group.KernelMessage, "vfio-pci 0000:01:00.0: Firmware has requested") {
		t.Error(group.KernelMessage)
	}
	regions, err := group.Regions()
	fine(t, err)
	equal(t, "region", regions[0], "0x000000003c000000 0x000000003c000fff direct")
	equal(t, "no IVMD of merged regions", regions[0].IVMD, -1)
	iova, err := group.IOVA()
	fine(t, err)
	equal(t, "nothing for the guest", len(iova), 0)
	device, err := simulation.Device(0x100)
	fine(t, err)
	equal(t, "device", fmt.Sprint(device.IOMMU, device.Alias, device.RequireDirect, device.Bridge, device.Group), "0000:00:02.0 0000:01:00.0 true false 13")
	unity, err := device.UnityMaps()
	fine(t, err)
	equal(t, "unity map", fmt.Sprint(unity[0].Start, unity[0].Length, unity[0].Read, unity[0].Write, unity[0].IVMD), "1006632960 4096 true true 0")

	relaxed, err := ivrs.Simulate(sampleTable(t), sampleTopology(t), &ivrs.Options{Release: "6.12", Relax: "unity"})
	fine(t, err)
	group, err = relaxed.GroupOf(0x100)
	fine(t, err)
	equal(t, "relaxed", group.Claim, ivrs.ClaimOK)
	iova, err = group.IOVA()
	fine(t, err)
	equal(t, "all 64 bits arrive", iova[len(iova)-1].End, ^uint64(0))

	off, err := ivrs.Simulate(sampleTable(t), sampleTopology(t), &ivrs.Options{Release: "6.12", Cmdline: "amd_iommu=off"})
	fine(t, err)
	equal(t, "switched off", off.Boot().State, ivrs.Disabled)
	absent, err := ivrs.Simulate(nil, sampleTopology(t), nil)
	fine(t, err)
	equal(t, "no table", absent.Boot().State, ivrs.Absent)
	ranges, err := ivrs.Simulate(sampleTable(t), nil, nil)
	fine(t, err)
	device, err = ranges.Device(0x100)
	fine(t, err)
	equal(t, "ranges", fmt.Sprint(ranges.Boot().Ranges, device.Last), "true 0000:0f:1f.7")

	topology := sampleTopology(t)
	fine(t, topology.Set(0x100, ivrs.Driver("nouveau")))
	bound, err := ivrs.Simulate(sampleTable(t), topology, &ivrs.Options{Release: "5.19", AsBound: true})
	fine(t, err)
	group, err = bound.GroupOf(0x100)
	fine(t, err)
	equal(t, "as bound", group.Reason, ivrs.Busy)
}

func TestExplain(t *testing.T) {
	topology := sampleTopology(t)
	simulation, err := ivrs.Simulate(sampleTable(t), topology, &ivrs.Options{Release: "6.12"})
	fine(t, err)
	device, err := simulation.Device(0x101)
	fine(t, err)
	why, err := device.Explain(&ivrs.Context{Topology: topology, BoardVendor: "Gigabyte"})
	fine(t, err)
	if !strings.HasPrefix(why.Summary, "0000:01:00.1 can't be given to a guest") {
		t.Error(why.Summary)
	}
	equal(t, "causes", fmt.Sprint(why.Causes[0].IVMD, why.Causes[0].Class, why.Causes[0].Device), "0blanket0000:01:00.1")
	equal(t, "affected", why.Affected, "[3]")
	override := false
	for _, r := range why.Remedies {
		override = override || (r.Name == "table-override" && r.Price != "")
	}
	equal(t, "remedy", override, true)
	equal(t, "steps", len(why.Steps) > 3, true)
	plain, err := device.Explain(nil)
	fine(t, err)
	equal(t, "without context", plain.Summary != "", true)
}
