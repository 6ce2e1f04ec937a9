// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import "ivrs/internal/raw"

// Kernel says whose rules are simulated: a release, its command line, and evidence about single rules.
// It may be used and changed by several goroutines. Close it, or leave it to the collector.
type Kernel struct{ handle *handle[raw.Ivrs_kernel] }

// NewKernel takes what `uname -r` prints ("6.12.117+deb12-amd64") or its beginning ("6.1"); "" is the newest release whose
// rules are known. A release outside of the known ones gets the nearest rules, see Kernel.Exact.
func NewKernel(release string) (*Kernel, error) {
	what := "kernel release " + shown(release)
	if err := cText(release, what); err != nil {
		return nil, err
	}
	object, err := outcome(what, func(o raw.Ivrs_outcome) raw.Ivrs_kernel { return raw.Ivrs_kernel_new(release, o) })
	if err != nil {
		return nil, err
	}
	return &Kernel{own(object, "kernel", raw.DeleteIvrs_kernel)}, nil
}

func (k *Kernel) own() *handle[raw.Ivrs_kernel] {
	if k == nil {
		return nil
	}
	return k.handle
}

// Close frees the kernel. Simulations made with it stay as they are. A second Close does nothing.
func (k *Kernel) Close() error {
	k.own().close()
	return nil
}

// SetCmdline sets the kernel command line, the text of /proc/cmdline.
func (k *Kernel) SetCmdline(cmdline string) error {
	if err := cText(cmdline, "kernel command line"); err != nil {
		return err
	}
	return k.own().write(func(object raw.Ivrs_kernel) error {
		return result(raw.Ivrs_kernel_set_cmdline(object, cmdline), "kernel command line")
	})
}

// SetRule overrides one rule by evidence, because distributions backport.
func (k *Kernel) SetRule(rule string, holds bool) error {
	what := "rule " + shown(rule)
	if err := cText(rule, what); err != nil {
		return err
	}
	return k.own().write(func(object raw.Ivrs_kernel) error {
		return result(raw.Ivrs_kernel_set_rule(object, rule, holds), what)
	})
}

// HasRule is true when a rule holds for this kernel; an unknown name never does.
func (k *Kernel) HasRule(rule string) (bool, error) {
	if err := cText(rule, "rule "+shown(rule)); err != nil {
		return false, err
	}
	return get(k.own(), func(object raw.Ivrs_kernel) bool { return raw.Ivrs_kernel_has_rule(object, rule) })
}

// Release is the release as given.
func (k *Kernel) Release() (string, error) { return get(k.own(), raw.Ivrs_kernel_release) }

// Cmdline is the command line as set.
func (k *Kernel) Cmdline() (string, error) { return get(k.own(), raw.Ivrs_kernel_cmdline) }

// RuleSet is the name of the rule set in force, "linux-6.12".
func (k *Kernel) RuleSet() (string, error) {
	return get(k.own(), func(object raw.Ivrs_kernel) string {
		return raw.Ivrs_ruleset_name(raw.Ivrs_kernel_ruleset(object))
	})
}

// Exact is false when the release lies outside the range of releases whose rules are known.
func (k *Kernel) Exact() (bool, error) { return get(k.own(), raw.Ivrs_kernel_exact) }

// IOMMUOff is true when the command line switches the AMD IOMMU off.
func (k *Kernel) IOMMUOff() (bool, error) { return get(k.own(), raw.Ivrs_kernel_iommu_off) }

// Relax is the relaxation that the command line asks for, if the kernel has its option: "unity", "devices=LIST" or "none".
func (k *Kernel) Relax() (string, error) { return get(k.own(), raw.Ivrs_kernel_relax) }

// RuleSet is one set of rules that the library knows.
type RuleSet struct {
	Name     string          // "linux-6.12"
	Since    string          // the first release it is for
	Measured bool            // on a running kernel, not only read
	Basis    string          // on what it rests
	Rules    map[string]bool // by name
}

// RuleSets gives the known rule sets, oldest first.
func RuleSets() []RuleSet {
	sets := make([]RuleSet, raw.Ivrs_ruleset_count())
	for i := range sets {
		at := int64(i)
		sets[i] = RuleSet{raw.Ivrs_ruleset_name(at), raw.Ivrs_ruleset_since(at), raw.Ivrs_ruleset_measured(at),
			raw.Ivrs_ruleset_basis(at), map[string]bool{}}
		for rule := int64(0); rule < raw.Ivrs_rule_count(); rule++ {
			sets[i].Rules[raw.Ivrs_rule_name(rule)] = raw.Ivrs_ruleset_has(at, rule)
		}
	}
	return sets
}

// Version is the version of the C library that is loaded.
func Version() string { return raw.Ivrs_version_string() }
