// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"fmt"

	"ivrs/internal/raw"
)

// Path is the VFIO interface that a claim goes through.
type Path int

// The interfaces.
const (
	Legacy  Path = 0 // the group and its container
	IOMMUFD Path = 2 // the character device of the function, with iommufd
	Compat  Path = 4 // the group with iommufd as its container
)

// Options of a simulation. The zero value is the newest kernel that is known, as released.
type Options struct {
	Kernel  *Kernel // whose rules; nil: a kernel made from Release and Cmdline
	Release string  // as for NewKernel, when Kernel is nil
	Cmdline string  // the kernel command line, when Kernel is nil
	Relax   string  // "", "none", "unity", "devices=LIST", "blanket" or "unchecked"
	AsBound bool    // judge with the drivers that are bound now
	Path    Path
}

// Simulation is what Linux makes of a table and a host. It doesn't change. Close it, or leave it to the collector.
// Groups are ordered by id, devices by address. Without a topology the devices are ranges of device ids that Linux treats alike,
// each a group of its own.
type Simulation struct {
	handle *handle[raw.Ivrs_sim]
	status Boot
}

// Simulate simulates one boot of one kernel with one relaxation. table may be nil (the host has none), topology too (the answer is
// in ranges of device ids), options too.
func Simulate(table *Table, topology *Topology, options *Options) (*Simulation, error) {
	o := Options{}
	if options != nil {
		o = *options
	}
	if o.Path != Legacy && o.Path != IOMMUFD && o.Path != Compat {
		return nil, failed(Argument, fmt.Sprintf("no VFIO interface %d", int(o.Path)))
	}
	if err := cText(o.Relax, "relaxation"); err != nil {
		return nil, err
	}
	kernel := o.Kernel
	if kernel == nil {
		var err error
		if kernel, err = NewKernel(o.Release); err != nil {
			return nil, err
		}
		defer kernel.Close()
		if err = kernel.SetCmdline(o.Cmdline); err != nil {
			return nil, err
		}
	} else if o.Release != "" || o.Cmdline != "" {
		return nil, failed(Argument, "a kernel has a release and a command line of its own")
	}
	flags := uint(o.Path)
	if o.AsBound {
		flags |= 1
	}
	var object raw.Ivrs_sim
	run := func(t raw.Ivrs_table) error {
		return withBoth(topology, kernel, func(to raw.Ivrs_topology, k raw.Ivrs_kernel) error {
			var err error
			object, err = outcome("relaxation "+shown(o.Relax), func(out raw.Ivrs_outcome) raw.Ivrs_sim {
				return raw.Ivrs_simulate(t, to, k, o.Relax, flags, out)
			})
			return err
		})
	}
	var err error
	if table == nil {
		err = run(raw.SwigcptrIvrs_table(0))
	} else {
		err = table.own().read(run)
	}
	if err != nil {
		return nil, err
	}
	return &Simulation{own(object, "simulation", raw.DeleteIvrs_sim), readBoot(object)}, nil
}

func (s *Simulation) own() *handle[raw.Ivrs_sim] {
	if s == nil {
		return nil
	}
	return s.handle
}

// Close frees the simulation. Groups and devices that were taken from it keep their fields; their methods fail. A second Close
// does nothing.
func (s *Simulation) Close() error {
	s.own().close()
	return nil
}

// Boot is what has become of the IOMMU when the boot is over.
type Boot struct {
	State              State
	Message            string // why it isn't ready
	Offset             uint64 // of the bytes that decide it, or NoOffset
	IVHDType           uint8  // that the kernel takes; 0 for none
	InterruptRemapping bool
	Relax              string // the relaxation as given
	Ranges             bool   // devices are ranges of device ids
	GroupsPredicted    bool   // groups were worked out, not given
}

func readBoot(o raw.Ivrs_sim) Boot {
	return Boot{
		State:              State(raw.Ivrs_sim_state(o)),
		Message:            raw.Ivrs_sim_message(o),
		Offset:             raw.Ivrs_sim_offset(o),
		IVHDType:           raw.Ivrs_sim_ivhd_type(o),
		InterruptRemapping: raw.Ivrs_sim_interrupt_remapping(o),
		Relax:              raw.Ivrs_sim_relax(o),
		Ranges:             raw.Ivrs_sim_has_ranges(o),
		GroupsPredicted:    raw.Ivrs_sim_groups_predicted(o),
	}
}

// Boot tells what has become of the IOMMU; also after Close.
func (s *Simulation) Boot() Boot {
	if s == nil {
		return Boot{Offset: NoOffset}
	}
	return s.status
}

// Groups gives all groups.
func (s *Simulation) Groups() ([]Group, error) {
	return get(s.own(), func(o raw.Ivrs_sim) []Group {
		groups := make([]Group, raw.Ivrs_sim_group_count(o))
		for i := range groups {
			groups[i] = s.readGroup(o, int64(i))
		}
		return groups
	})
}

// Devices gives all devices, or ranges of device ids.
func (s *Simulation) Devices() ([]Device, error) {
	return get(s.own(), func(o raw.Ivrs_sim) []Device {
		devices := make([]Device, raw.Ivrs_sim_device_count(o))
		for i := range devices {
			devices[i] = s.readDevice(o, int64(i))
		}
		return devices
	})
}

// Device gives the device with that address, or the range that holds it.
func (s *Simulation) Device(address Address) (Device, error) {
	var device Device
	err := s.own().read(func(o raw.Ivrs_sim) error {
		index, err := outcome(address.String(), func(out raw.Ivrs_outcome) int64 {
			return raw.Ivrs_sim_find(o, uint(address), out)
		})
		if err == nil {
			device = s.readDevice(o, index)
		}
		return err
	})
	return device, err
}

// GroupOf gives the group of the device with that address. A device without a group is an error.
func (s *Simulation) GroupOf(address Address) (Group, error) {
	device, err := s.Device(address)
	if err != nil {
		return Group{}, err
	}
	if !device.HasGroup {
		return Group{}, failed(NotFound, address.String()+" has no IOMMU group")
	}
	return get(s.own(), func(o raw.Ivrs_sim) Group { return s.readGroup(o, device.group) })
}
