// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"fmt"

	"ivrs/internal/raw"
)

// State is what has become of the IOMMU.
type State uint32

// The states.
const (
	Ready    State = 1 // it works
	Disabled State = 2 // switched off on the command line
	Absent   State = 3 // there is no IVRS
	Failed   State = 4 // the driver gives up while it starts
	Lost     State = 5 // it comes up and is unregistered
	Hangs    State = 6 // the boot never ends
	Panics   State = 7 // the kernel panics
)

// String gives the name, "ready".
func (s State) String() string { return raw.Ivrs_state_name(uint(s)) }

// Claim is the result of a claim.
type Claim uint32

// The results.
const (
	ClaimOK      Claim = 1 // VFIO gets the group
	ClaimRefused Claim = 2 // it doesn't
	ClaimNothing Claim = 3 // only bridges
)

// String gives the name, "refused".
func (c Claim) String() string { return raw.Ivrs_claim_name(uint(c)) }

// Reason says why a claim is refused.
type Reason uint32

// The reasons.
const (
	RequireDirect Reason = 1 // a member of the group needs a 1:1 mapping
	NoIOMMU       Reason = 2 // the devices have no IOMMU, or it isn't ready
	Interrupts    Reason = 3 // no interrupt remapping
	Busy          Reason = 4 // a member is bound to a driver that uses the DMA API
	NoIOVA        Reason = 5 // no address is left for the guest
	NoInterface   Reason = 6 // this kernel doesn't have the VFIO interface that was asked for
)

// String gives the name, "require_direct".
func (r Reason) String() string { return raw.Ivrs_reason_name(uint(r)) }

// Errno is a Linux errno number.
type Errno uint32

// String gives the name, "EINVAL".
func (e Errno) String() string { return raw.Ivrs_errno_name(uint(e)) }

// Group is an IOMMU group.
type Group struct {
	ID            uint32 // as in sysfs
	Domain        string // default domain as sysfs prints it; "" for none
	Claim         Claim
	Reason        Reason  // of a refusal; else 0
	Errno         Errno   // of a refusal; else 0
	Step          string  // the call that fails; else ""
	Culprit       *Device // that the refusal is about, or nil
	KernelMessage string  // the line that the kernel logs; "" when it logs none
	Members       []Device

	sim   *Simulation
	index int64
}

// String gives one line.
func (g Group) String() string { return fmt.Sprintf("group %d: %v", g.ID, g.Claim) }

// Device is one device of a simulation, or a range of device ids.
type Device struct {
	Address       Address
	Last          Address // of a range, inclusive; else the address
	ACPIName      string  // of a device that only ACPI names; else ""
	Group         uint32  // id, only when HasGroup
	HasGroup      bool
	Translated    bool    // an IOMMU translates for it
	IOMMU         Address // only when Translated
	Alias         Address // that the table gives it as requester id; its own without one
	RequireDirect bool    // the kernel's flag
	Bridge        bool

	sim   *Simulation
	index int64
	group int64
}

// String gives the address or the ACPI name.
func (d Device) String() string {
	if d.ACPIName != "" {
		return d.ACPIName
	}
	return d.Address.String()
}

func (s *Simulation) readGroup(o raw.Ivrs_sim, at int64) Group {
	group := Group{
		ID:            uint32(raw.Ivrs_sim_group_id(o, at)),
		Domain:        raw.Ivrs_sim_group_domain(o, at),
		Claim:         Claim(raw.Ivrs_sim_group_claim(o, at)),
		Reason:        Reason(raw.Ivrs_sim_group_reason(o, at)),
		Errno:         Errno(raw.Ivrs_sim_group_errno(o, at)),
		Step:          raw.Ivrs_sim_group_step(o, at),
		KernelMessage: raw.Ivrs_sim_group_kernel_message(o, at),
		Members:       make([]Device, raw.Ivrs_sim_group_device_count(o, at)),
		sim:           s,
		index:         at,
	}
	if culprit := uint32(raw.Ivrs_sim_group_culprit(o, at)); culprit != none {
		device := s.readDevice(o, int64(culprit))
		group.Culprit = &device
	}
	for i := range group.Members {
		group.Members[i] = s.readDevice(o, int64(raw.Ivrs_sim_group_device(o, at, int64(i))))
	}
	return group
}

func (s *Simulation) readDevice(o raw.Ivrs_sim, at int64) Device {
	device := Device{
		Address:       Address(raw.Ivrs_sim_device_sbdf(o, at)),
		Last:          Address(raw.Ivrs_sim_device_last(o, at)),
		ACPIName:      raw.Ivrs_sim_device_acpi_name(o, at),
		Translated:    raw.Ivrs_sim_device_translated(o, at),
		Alias:         Address(raw.Ivrs_sim_device_alias(o, at)),
		RequireDirect: raw.Ivrs_sim_device_require_direct(o, at),
		Bridge:        raw.Ivrs_sim_device_is_bridge(o, at),
		sim:           s,
		index:         at,
	}
	if device.Translated {
		device.IOMMU = Address(raw.Ivrs_sim_device_iommu(o, at))
	}
	if group := uint32(raw.Ivrs_sim_device_group(o, at)); group != none {
		device.HasGroup, device.group = true, int64(group)
		device.Group = uint32(raw.Ivrs_sim_group_id(o, device.group))
	}
	return device
}

// RegionKind is the kind of a region.
type RegionKind uint32

// The kinds.
const (
	Direct          RegionKind = 1
	DirectRelaxable RegionKind = 2
	Reserved        RegionKind = 3
	MSI             RegionKind = 4
	IOVA            RegionKind = 5 // a range that a guest may use
)

// String gives the name that sysfs prints.
func (k RegionKind) String() string { return raw.Ivrs_region_kind_name(uint(k)) }

// Region is a range of addresses.
type Region struct {
	Start, Length uint64 // bytes; a length of 0 is empty, or all 2^64
	End           uint64 // inclusive
	Kind          RegionKind
	Read, Write   bool // of a unity map
	IVMD          int  // of a unity map: index of its IVMD; else -1
}

// String gives the region as sysfs prints it.
func (r Region) String() string { return fmt.Sprintf("0x%016x 0x%016x %v", r.Start, r.End, r.Kind) }

type regionsOf func(o raw.Ivrs_sim, at int64, out raw.Ivrs_outcome) raw.Ivrs_regions

func (s *Simulation) regions(what string, at int64, call regionsOf) ([]Region, error) {
	var regions []Region
	err := s.own().read(func(o raw.Ivrs_sim) error {
		list, err := outcome(what, func(out raw.Ivrs_outcome) raw.Ivrs_regions { return call(o, at, out) })
		if err != nil {
			return err
		}
		defer raw.DeleteIvrs_regions(list)
		regions = make([]Region, raw.Ivrs_regions_count(list))
		for i := range regions {
			regions[i] = readRegion(list, int64(i))
		}
		return nil
	})
	return regions, err
}

func readRegion(list raw.Ivrs_regions, at int64) Region {
	prot := raw.Ivrs_regions_prot(list, at)
	region := Region{
		Start:  raw.Ivrs_regions_start(list, at),
		Length: raw.Ivrs_regions_length(list, at),
		End:    raw.Ivrs_regions_end(list, at),
		Kind:   RegionKind(raw.Ivrs_regions_kind(list, at)),
		Read:   prot&1 != 0,
		Write:  prot&2 != 0,
		IVMD:   -1,
	}
	if ivmd := uint32(raw.Ivrs_regions_ivmd(list, at)); ivmd != none {
		region.IVMD = int(ivmd)
	}
	return region
}

// Regions gives the reserved regions as sysfs prints them.
func (g Group) Regions() ([]Region, error) {
	return g.sim.regions(g.String(), g.index, raw.Ivrs_sim_group_regions)
}

// IOVA gives the ranges that a guest may use after a successful claim of this group alone.
func (g Group) IOVA() ([]Region, error) {
	return g.sim.regions(g.String(), g.index, raw.Ivrs_sim_group_iova)
}

// UnityMaps gives the unity maps of the device in table order, not merged.
func (d Device) UnityMaps() ([]Region, error) {
	return d.sim.regions(d.String(), d.index, raw.Ivrs_sim_device_unity)
}
