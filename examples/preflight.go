// SPDX-License-Identifier: LGPL-2.1-or-later

// What a management program asks before it gives a device to a guest: will this kernel let VFIO have it, and what is the user told
// if not? Only files of sysfs and proc are read.
//
// preflight DEVICE [SYSROOT]: prints the sentence; exit status 0 yes, 3 no, 1 unknown.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ivrs"
)

// readText reads a file of one line; "" when it can't be read.
func readText(parts ...string) string {
	data, _ := os.ReadFile(filepath.Join(parts...))
	return strings.TrimSuffix(string(data), "\n")
}

// readGroup reads the group of a device: VFIO claims whole groups, so the other functions count as much as the device.
func readGroup(root, device string) (*ivrs.Topology, error) {
	topology, err := ivrs.NewTopology()
	if err != nil {
		return nil, err
	}
	members := filepath.Join(root, "sys/bus/pci/devices", device, "iommu_group/devices")
	entries, err := os.ReadDir(members)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		address, err := ivrs.ParseAddress(entry.Name())
		if err != nil {
			continue
		}
		attributes := []ivrs.Attribute{ivrs.InGroup(0)}
		config, _ := os.ReadFile(filepath.Join(members, entry.Name(), "config"))
		if len(config) >= 64 {
			attributes = append(attributes, ivrs.Class(binary.LittleEndian.Uint32(config[8:])>>8), ivrs.HeaderType(config[14]))
		}
		if err = topology.Add(address, attributes...); err != nil {
			return nil, err
		}
	}
	return topology, nil
}

// preflight tells whether the kernel will let VFIO have the device, and the sentence for the user.
func preflight(root, device string) (bool, string, error) {
	address, err := ivrs.ParseAddress(device)
	if err != nil {
		return false, "", err
	}
	data, err := os.ReadFile(filepath.Join(root, "sys/firmware/acpi/tables/IVRS"))
	if err != nil {
		return false, "", err
	}
	table, err := ivrs.Parse(data, ivrs.Lenient)
	if err != nil {
		return false, "", err
	}
	defer table.Close()
	topology, err := readGroup(root, address.String())
	if err != nil {
		return false, "", err
	}
	defer topology.Close()
	kernel, err := ivrs.NewKernel(readText(root, "proc/sys/kernel/osrelease"))
	if err != nil {
		return false, "", err
	}
	defer kernel.Close()
	if err = kernel.SetCmdline(readText(root, "proc/cmdline")); err != nil {
		return false, "", err
	}
	relax, err := kernel.Relax()
	if err != nil {
		return false, "", err
	}
	simulation, err := ivrs.Simulate(table, topology, &ivrs.Options{Kernel: kernel, Relax: relax})
	if err != nil {
		return false, "", err
	}
	defer simulation.Close()
	group, err := simulation.GroupOf(address)
	if err != nil {
		return false, "", err
	}
	judged, err := simulation.Device(address)
	if err != nil {
		return false, "", err
	}
	why, err := judged.Explain(&ivrs.Context{Topology: topology, Kernel: kernel})
	if err != nil {
		return false, "", err
	}
	return group.Claim == ivrs.ClaimOK, why.Summary, nil
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: preflight DEVICE [SYSROOT]")
		os.Exit(2)
	}
	root := "/"
	if len(os.Args) == 3 {
		root = os.Args[2]
	}
	good, sentence, err := preflight(root, os.Args[1])
	switch {
	case err != nil:
		fmt.Printf("%s: whether it can be passed through isn't known: %v\n", os.Args[1], err)
		os.Exit(1)
	case !good:
		fmt.Println(sentence)
		os.Exit(3)
	}
	fmt.Println(sentence)
}
