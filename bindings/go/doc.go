// SPDX-License-Identifier: LGPL-2.1-or-later

// Package ivrs tells what Linux makes of an AMD IVRS table.
//
// Bytes of an IVRS and a list of PCI functions go in; for every IOMMU group, what the named Linux kernel will do with it, and
// why, comes out. Nothing here reads the host: the bytes are those of /sys/firmware/acpi/tables/IVRS, the functions those of
// /sys/bus/pci/devices.
//
//	table, err := ivrs.Parse(bytes, ivrs.Lenient)
//	topology, err := ivrs.NewTopology()
//	err = topology.Add(address, ivrs.Class(0x030000), ivrs.InGroup(13))
//	simulation, err := ivrs.Simulate(table, topology, &ivrs.Options{Release: "6.12"})
//	group, err := simulation.GroupOf(address)
//	if group.Claim == ivrs.ClaimRefused { ... }
//
// Every error is an *Error. Nothing panics: not on nil, not on a zero value, not after Close. All objects may be used by several
// goroutines at once. What has a Close method frees its memory then; what is forgotten, the collector frees. The order
// doesn't matter.
package ivrs
