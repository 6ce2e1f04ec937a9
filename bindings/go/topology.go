// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import (
	"fmt"

	"ivrs/internal/raw"
)

// NoGroup stands for "no IOMMU group".
const NoGroup = none

// Topology lists the PCI functions of a host, and what a simulation must know of them. What isn't set stays unknown, and
// unknown is judged as Linux judges a plain function: an endpoint, no driver, no group. A simulation copies it.
// It may be used and changed by several goroutines. Close it, or leave it to the collector.
type Topology struct{ handle *handle[raw.Ivrs_topology] }

// NewTopology makes an empty one.
func NewTopology() (*Topology, error) {
	object, err := outcome("topology", raw.Ivrs_topology_new)
	if err != nil {
		return nil, err
	}
	return &Topology{own(object, "topology", raw.DeleteIvrs_topology)}, nil
}

func (t *Topology) own() *handle[raw.Ivrs_topology] {
	if t == nil {
		return nil
	}
	return t.handle
}

// Close frees the topology. Simulations made with it stay as they are. A second Close does nothing.
func (t *Topology) Close() error {
	t.own().close()
	return nil
}

// Attribute is something that is known of a function.
type Attribute struct {
	set func(t raw.Ivrs_topology, sbdf uint) int
}

// Class is the class code, 24 bits, as in sysfs; more bits are an error.
func Class(code uint32) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		if code > 0xffffff {
			return int(Argument)
		}
		return raw.Ivrs_topology_set_class(t, sbdf, uint(code))
	}}
}

// IDs are the vendor and device id.
func IDs(vendor, device uint16) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_ids(t, sbdf, vendor, device) }}
}

// HeaderType is byte 0Eh of the configuration space.
func HeaderType(value uint8) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_header_type(t, sbdf, value) }}
}

// Bridge gives the bus numbers behind a bridge.
func Bridge(secondary, subordinate uint8) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		return raw.Ivrs_topology_set_bridge(t, sbdf, secondary, subordinate)
	}}
}

// PCIe is the PCI Express capabilities register; it makes the function PCIe.
func PCIe(capabilities uint16) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_pcie(t, sbdf, capabilities) }}
}

// ACS gives the ACS capability and control registers.
func ACS(capability, control uint16) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		return raw.Ivrs_topology_set_acs(t, sbdf, capability, control)
	}}
}

// InGroup is the IOMMU group as sysfs gives it, or NoGroup.
func InGroup(group uint32) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_group(t, sbdf, uint(group)) }}
}

// Driver is the name of the bound driver; "" for none.
func Driver(name string) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		if cText(name, "driver") != nil {
			return int(Argument)
		}
		return raw.Ivrs_topology_set_driver(t, sbdf, name)
	}}
}

// Untrusted says that the device sits behind an external-facing port.
func Untrusted(yes bool) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_untrusted(t, sbdf, yes) }}
}

// Virtual says that it is an SR-IOV virtual function.
func Virtual(yes bool) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_virtual(t, sbdf, yes) }}
}

// PASID says that the device has the PASID capability.
func PASID(yes bool) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_pasid(t, sbdf, yes) }}
}

// PageRequests says that the device has the ATS and PRI capabilities.
func PageRequests(yes bool) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_page_requests(t, sbdf, yes) }}
}

// HasMSI says whether the device has the MSI capability; it has unless told otherwise.
func HasMSI(yes bool) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int { return raw.Ivrs_topology_set_msi(t, sbdf, yes) }}
}

// IOMMUCapability is the first 32 bits of the capability block of an IOMMU function.
func IOMMUCapability(header uint32) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		return raw.Ivrs_topology_set_iommu_capability(t, sbdf, uint(header))
	}}
}

// IOMMUFeatures are the extended feature registers of an IOMMU.
func IOMMUFeatures(efr, efr2 uint64) Attribute {
	return Attribute{func(t raw.Ivrs_topology, sbdf uint) int {
		return raw.Ivrs_topology_set_iommu_features(t, sbdf, efr, efr2)
	}}
}

func set(t raw.Ivrs_topology, address Address, attributes []Attribute) error {
	for i, attribute := range attributes {
		if attribute.set == nil {
			return failed(Argument, fmt.Sprintf("%v: attribute %d is empty", address, i))
		}
		if err := result(attribute.set(t, uint(address)), fmt.Sprintf("%v: attribute %d", address, i)); err != nil {
			return err
		}
	}
	return nil
}

// Add adds a PCI function. One that is there already is an error; after an error with an attribute the function is added.
func (t *Topology) Add(address Address, attributes ...Attribute) error {
	return t.own().write(func(object raw.Ivrs_topology) error {
		if err := result(raw.Ivrs_topology_add(object, uint(address)), address.String()); err != nil {
			return err
		}
		return set(object, address, attributes)
	})
}

// Set changes a function that was added.
func (t *Topology) Set(address Address, attributes ...Attribute) error {
	return t.own().write(func(object raw.Ivrs_topology) error {
		_, err := outcome(address.String(), func(o raw.Ivrs_outcome) int64 {
			return raw.Ivrs_topology_find(object, uint(address), o)
		})
		if err != nil {
			return err
		}
		return set(object, address, attributes)
	})
}

// AddACPI adds a device that only ACPI names, such as "MSFT0201:00" with the hardware id "MSFT0201". uid may be "", group NoGroup.
func (t *Topology) AddACPI(name, hid, uid string, group uint32) error {
	for _, text := range []string{name, hid, uid} {
		if err := cText(text, "name of an ACPI device"); err != nil {
			return err
		}
	}
	return t.own().write(func(object raw.Ivrs_topology) error {
		return result(raw.Ivrs_topology_add_acpi(object, name, hid, uid, uint(group)), "ACPI device "+shown(name))
	})
}

// AddIOAPIC adds an IOAPIC that the MADT lists, the one with GSI base 0 first.
func (t *Topology) AddIOAPIC(id uint8) error {
	return t.own().write(func(object raw.Ivrs_topology) error {
		return result(raw.Ivrs_topology_add_ioapic(object, id), fmt.Sprintf("IOAPIC %d", id))
	})
}

// SetComplete states whether the list of functions is complete: an IOMMU that isn't in a complete one is absent.
func (t *Topology) SetComplete(complete bool) error {
	return t.own().write(func(object raw.Ivrs_topology) error {
		return result(raw.Ivrs_topology_set_complete(object, complete), "topology")
	})
}

// Function is one device of a topology.
type Function struct {
	Address        Address
	ACPIName       string // of a device that only ACPI names; else ""
	Class          uint32
	Vendor, Device uint16
	Bridge         bool
	Group          uint32 // or NoGroup
	Driver         string
}

// Functions gives the devices in the order in which they were added.
func (t *Topology) Functions() ([]Function, error) {
	return get(t.own(), func(object raw.Ivrs_topology) []Function {
		functions := make([]Function, raw.Ivrs_topology_count(object))
		for i := range functions {
			at := int64(i)
			functions[i] = Function{
				Address:  Address(raw.Ivrs_topology_sbdf(object, at)),
				ACPIName: raw.Ivrs_topology_acpi_name(object, at),
				Class:    uint32(raw.Ivrs_topology_class(object, at)),
				Vendor:   raw.Ivrs_topology_vendor(object, at),
				Device:   raw.Ivrs_topology_device(object, at),
				Bridge:   raw.Ivrs_topology_is_bridge(object, at),
				Group:    uint32(raw.Ivrs_topology_group(object, at)),
				Driver:   raw.Ivrs_topology_driver(object, at),
			}
		}
		return functions
	})
}
