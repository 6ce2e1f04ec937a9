// SPDX-License-Identifier: LGPL-2.1-or-later

package ivrs

import "ivrs/internal/raw"

// Explanation says why one device can or can't be passed through, and what helps.
type Explanation struct {
	Summary  string   // the verdict in one sentence
	Causes   []Cause  // the IVMDs that reach the device or its group
	Steps    []string // from the table's bytes to the outcome
	Affected []uint32 // ids of the other groups that the same IVMDs hit
	Warnings []string
	Useless  []string // what people try and doesn't help here
	Remedies []Remedy // cheapest first
}

// Cause is one IVMD that reaches the device or its group.
type Cause struct {
	IVMD   int     // its index
	Class  string  // "blanket", "bus", "named" or "idle"
	Device Address // the member of the group that it reaches first
	Text   string  // what the kernel makes of it
}

// Remedy is something that helps.
type Remedy struct {
	Name  string // stable, "bios-dma-protection"
	Text  string // what to do
	Price string // security, effort, risk
}

// Context is what an explanation may know beside the simulation. The zero value is nothing.
type Context struct {
	Topology    *Topology // that the simulation was made with
	Kernel      *Kernel   // that the simulation was made with
	BoardVendor string    // from DMI, for the BIOS's own name of a switch
	Lockdown    bool      // the kernel is locked down
}

// Explain explains the device. context may be nil.
func (d Device) Explain(context *Context) (*Explanation, error) {
	c := Context{}
	if context != nil {
		c = *context
	}
	if err := cText(c.BoardVendor, "board vendor"); err != nil {
		return nil, err
	}
	var explanation *Explanation
	err := d.sim.own().read(func(sim raw.Ivrs_sim) error {
		return withBoth(c.Topology, c.Kernel, func(t raw.Ivrs_topology, k raw.Ivrs_kernel) error {
			e, err := outcome(d.String(), func(o raw.Ivrs_outcome) raw.Ivrs_explanation {
				return raw.Ivrs_explain(sim, d.index, t, k, c.BoardVendor, c.Lockdown, o)
			})
			if err != nil {
				return err
			}
			defer raw.DeleteIvrs_explanation(e)
			explanation = readExplanation(sim, e)
			return nil
		})
	})
	return explanation, err
}

func texts(count int64, at func(int64) string) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = at(int64(i))
	}
	return list
}

func readExplanation(sim raw.Ivrs_sim, e raw.Ivrs_explanation) *Explanation {
	of := func(f func(raw.Ivrs_explanation, int64) string) func(int64) string {
		return func(at int64) string { return f(e, at) }
	}
	explanation := &Explanation{
		Summary:  raw.Ivrs_explanation_summary(e),
		Steps:    texts(raw.Ivrs_explanation_step_count(e), of(raw.Ivrs_explanation_step)),
		Warnings: texts(raw.Ivrs_explanation_warning_count(e), of(raw.Ivrs_explanation_warning)),
		Useless:  texts(raw.Ivrs_explanation_useless_count(e), of(raw.Ivrs_explanation_useless)),
		Causes:   make([]Cause, raw.Ivrs_explanation_cause_count(e)),
		Affected: make([]uint32, raw.Ivrs_explanation_affected_count(e)),
		Remedies: make([]Remedy, raw.Ivrs_explanation_remedy_count(e)),
	}
	for i := range explanation.Causes {
		at := int64(i)
		cause := Cause{-1, raw.Ivrs_ivmd_class_name(raw.Ivrs_explanation_cause_class(e, at)),
			Address(raw.Ivrs_explanation_cause_device(e, at)), raw.Ivrs_explanation_cause_text(e, at)}
		if ivmd := uint32(raw.Ivrs_explanation_cause_ivmd(e, at)); ivmd != none {
			cause.IVMD = int(ivmd)
		}
		explanation.Causes[i] = cause
	}
	for i := range explanation.Affected {
		group := raw.Ivrs_explanation_affected(e, int64(i))
		explanation.Affected[i] = uint32(raw.Ivrs_sim_group_id(sim, int64(group)))
	}
	for i := range explanation.Remedies {
		at := int64(i)
		explanation.Remedies[i] = Remedy{raw.Ivrs_explanation_remedy_name(e, at), raw.Ivrs_explanation_remedy_text(e, at),
			raw.Ivrs_explanation_remedy_price(e, at)}
	}
	return explanation
}

// CheckRelax tells whether a text is a relaxation: nil, or an error.
func CheckRelax(relax string) error {
	what := "relaxation " + shown(relax)
	if err := cText(relax, what); err != nil {
		return err
	}
	return result(raw.Ivrs_relax_check(relax), what)
}
