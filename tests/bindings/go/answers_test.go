// SPDX-License-Identifier: LGPL-2.1-or-later

package tests

import (
	"errors"
	"fmt"
	"strings"

	"ivrs"
)

// The library's answers as the text of VECTORS.md.

func yes(value bool) string {
	if value {
		return "yes"
	}
	return "no"
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func offset(value uint64) string {
	if value == ivrs.NoOffset {
		return "-"
	}
	return fmt.Sprintf("%#x", value)
}

func list[T any](items []T, text func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = text(item)
	}
	return strings.Join(texts, " ")
}

func (s *scene) parse(how string) string {
	mode := ivrs.Strict
	if how == "lenient" {
		mode = ivrs.Lenient
	}
	table, err := ivrs.Parse(s.data, mode)
	if err == nil {
		table.Close()
		return "ok"
	}
	var e *ivrs.Error
	if !errors.As(err, &e) {
		panic(bad(err.Error()))
	}
	if e.Code == 0 {
		return e.Status.Name()
	}
	return fmt.Sprintf("%s %d %s", e.Status.Name(), e.Code, offset(e.Offset))
}

func region(r ivrs.Region) string { return fmt.Sprintf("%#x-%#x", r.Start, r.End) }

func unity(r ivrs.Region) string {
	prot := ""
	if r.Read {
		prot += "r"
	}
	if r.Write {
		prot += "w"
	}
	return fmt.Sprintf("%s:%s:%d:%v", region(r), dash(prot), r.IVMD, r.Kind)
}

func (s *scene) group(word, id string) string {
	for _, g := range must(s.simulation.Groups()) {
		if uint64(g.ID) != number(id, 32) {
			continue
		}
		switch word {
		case "group":
			if g.Claim != ivrs.ClaimRefused {
				return g.Claim.String()
			}
			culprit := "-"
			if g.Culprit != nil {
				culprit = g.Culprit.String()
			}
			return fmt.Sprintf("refused %v %v %s %s", g.Reason, g.Errno, culprit, g.Step)
		case "log":
			return dash(g.KernelMessage)
		case "members":
			return list(g.Members, ivrs.Device.String)
		case "domain":
			return dash(g.Domain)
		case "reserved":
			return list(must(g.Regions()), func(r ivrs.Region) string { return region(r) + ":" + r.Kind.String() })
		default:
			return list(must(g.IOVA()), region)
		}
	}
	return "none"
}

func (s *scene) device(word string, rest []string) string {
	d, err := s.simulation.Device(must(ivrs.ParseAddress(rest[0])))
	if errors.Is(err, ivrs.NotFound) {
		return "none"
	}
	must(0, err)
	explain := func() *ivrs.Explanation {
		return must(d.Explain(&ivrs.Context{Topology: s.topology, Kernel: s.kernel}))
	}
	switch word {
	case "device":
		group, iommu, alias, direct := "-", "-", "-", "free"
		if d.HasGroup {
			group = fmt.Sprint(d.Group)
		}
		if d.Translated {
			iommu = d.IOMMU.String()
		}
		if d.Alias != d.Address {
			alias = d.Alias.String()
		}
		if d.RequireDirect {
			direct = "direct"
		}
		return strings.Join([]string{group, iommu, alias, direct}, " ")
	case "range":
		return d.Address.String() + " " + d.Last.String()
	case "unity":
		return list(must(d.UnityMaps()), unity)
	case "causes":
		return list(explain().Causes, func(c ivrs.Cause) string { return fmt.Sprintf("%d:%s:%v", c.IVMD, c.Class, c.Device) })
	case "affected":
		return list(explain().Affected, func(id uint32) string { return fmt.Sprint(id) })
	default:
		for _, remedy := range explain().Remedies {
			if remedy.Name == rest[1] {
				return "yes"
			}
		}
		return "no"
	}
}

// finding gives the finding that is asked for when it is there; else all, so that the failure tells what is.
func (s *scene) finding(word, wanted string) string {
	if !s.checked {
		s.findings, s.checked = must(s.table.Check(s.topology, s.kernel)), true
	}
	all := ""
	for _, f := range s.findings {
		device := "-"
		if f.HasDevice {
			device = f.Device.String()
		}
		text := fmt.Sprintf("%d %v %s %s", f.Code, f.Severity, offset(f.Offset), device)
		if word == "finding" && text == wanted {
			return text
		}
		if word == "no-finding" && fmt.Sprint(f.Code) == wanted {
			return text
		}
		all += text + "; "
	}
	if word == "no-finding" {
		return wanted
	}
	return dash(all)
}
