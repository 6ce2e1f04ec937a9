// SPDX-License-Identifier: LGPL-2.1-or-later

package tests

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ivrs"
)

// scene is what the lines of a file of vectors (tests/vectors/VECTORS.md) have said so far.
type scene struct {
	tables, base string
	data         []byte
	hasTable     bool
	topology     *ivrs.Topology

	name, release, cmdline, relax string
	rules                         [][2]string
	flags                         []string
	cases                         int

	made       bool
	err        error
	kernel     *ivrs.Kernel
	table      *ivrs.Table
	simulation *ivrs.Simulation
	findings   []ivrs.Finding
	checked    bool
}

// bad is a mistake in a file of vectors.
type bad string

func must[T any](value T, err error) T {
	if err != nil {
		panic(bad(err.Error()))
	}
	return value
}

func number(text string, bits int) uint64 { return must(strconv.ParseUint(text, 0, bits)) }

func pair(text string, bits int) (uint64, uint64) {
	parts := strings.Split(text, ":")
	if len(parts) != 2 {
		panic(bad(text + " is no pair"))
	}
	return number(parts[0], bits), number(parts[1], bits)
}

func (s *scene) attribute(word string) ivrs.Attribute {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "class":
		return ivrs.Class(uint32(number(value, 32)))
	case "ids":
		a, b := pair(value, 16)
		return ivrs.IDs(uint16(a), uint16(b))
	case "header":
		return ivrs.HeaderType(uint8(number(value, 8)))
	case "bridge":
		a, b := pair(value, 8)
		return ivrs.Bridge(uint8(a), uint8(b))
	case "pcie":
		return ivrs.PCIe(uint16(number(value, 16)))
	case "acs":
		a, b := pair(value, 16)
		return ivrs.ACS(uint16(a), uint16(b))
	case "group":
		return ivrs.InGroup(uint32(number(value, 32)))
	case "driver":
		return ivrs.Driver(value)
	case "untrusted":
		return ivrs.Untrusted(value != "0")
	case "virtual":
		return ivrs.Virtual(value != "0")
	case "pasid":
		return ivrs.PASID(value != "0")
	case "msi":
		return ivrs.HasMSI(value != "0")
	case "page_requests":
		return ivrs.PageRequests(value != "0")
	case "capability":
		return ivrs.IOMMUCapability(uint32(number(value, 32)))
	case "features":
		return ivrs.IOMMUFeatures(pair(value, 64))
	}
	panic(bad("unknown key " + key))
}

func (s *scene) forget() {
	s.kernel.Close()
	s.table.Close()
	s.simulation.Close()
	s.made, s.checked, s.err, s.kernel, s.table, s.simulation, s.findings = false, false, nil, nil, nil, nil, nil
}

// statement takes a line that isn't a question; false when it is one.
func (s *scene) statement(word string, rest []string) bool {
	switch word {
	case "table":
		s.hasTable = rest[0] != "-"
		if s.hasTable {
			s.data = must(os.ReadFile(filepath.Join(s.tables, s.base+"-"+rest[0]+".ivrs")))
		}
	case "bytes":
		s.hasTable, s.data = true, must(hex.DecodeString(strings.Join(rest, "")))
	case "host":
		s.topology = nil
		if len(rest) == 0 {
			s.topology = must(ivrs.NewTopology())
		}
	case "dev":
		attributes := []ivrs.Attribute{}
		for _, word := range rest[1:] {
			attributes = append(attributes, s.attribute(word))
		}
		must(0, s.topology.Add(must(ivrs.ParseAddress(rest[0])), attributes...))
	case "acpi":
		uid, group := strings.TrimPrefix(rest[2], "-"), ivrs.NoGroup
		if rest[3] != "-" {
			group = uint32(number(rest[3], 32))
		}
		must(0, s.topology.AddACPI(rest[0], rest[1], uid, group))
	case "ioapic":
		must(0, s.topology.AddIOAPIC(uint8(number(rest[0], 8))))
	case "complete":
		must(0, s.topology.SetComplete(true))
	case "case":
		s.name, s.release, s.cmdline, s.relax, s.rules, s.flags = rest[0], "6.12", "", "none", nil, nil
		s.cases++
	case "kernel":
		s.release = rest[0]
	case "cmdline":
		s.cmdline = strings.Join(rest, " ")
	case "rule":
		s.rules = append(s.rules, [2]string{rest[0], rest[1]})
	case "relax":
		s.relax = rest[0]
	case "flags":
		s.flags = strings.Split(rest[0], ",")
	default:
		return false
	}
	s.forget()
	return true
}

func (s *scene) options() *ivrs.Options {
	options := &ivrs.Options{Kernel: s.kernel, Relax: s.relax}
	for _, flag := range s.flags {
		switch flag {
		case "as-bound":
			options.AsBound = true
		case "iommufd":
			options.Path |= ivrs.IOMMUFD
		case "compat":
			options.Path |= ivrs.Compat
		default:
			panic(bad("unknown flag " + flag))
		}
	}
	return options
}

// simulate parses and simulates when the first answer needs it.
func (s *scene) simulate() error {
	var err error
	release := s.release
	if release == "-" {
		release = ""
	}
	if s.kernel, err = ivrs.NewKernel(release); err != nil {
		return err
	}
	if err = s.kernel.SetCmdline(s.cmdline); err != nil {
		return err
	}
	for _, rule := range s.rules {
		if err = s.kernel.SetRule(rule[0], rule[1] == "yes"); err != nil {
			return err
		}
	}
	if s.hasTable {
		if s.table, err = ivrs.Parse(s.data, ivrs.Lenient); err != nil {
			return err
		}
	}
	s.simulation, err = ivrs.Simulate(s.table, s.topology, s.options())
	return err
}

// answer gives the library's answer and the number of words, after the first one, that ask for it.
func (s *scene) answer(word string, rest []string) (string, int) {
	if word == "parse" {
		return s.parse(rest[0]), 1
	}
	if !s.made {
		s.made, s.err = true, s.simulate()
	}
	if word == "error" {
		var e *ivrs.Error
		if errors.As(s.err, &e) {
			return e.Status.Name(), 0
		}
		return "none", 0
	}
	must(0, s.err)
	boot := s.simulation.Boot()
	switch word {
	case "ruleset":
		return must(s.kernel.RuleSet()), 0
	case "exact":
		return yes(must(s.kernel.Exact())), 0
	case "off":
		return yes(must(s.kernel.IOMMUOff())), 0
	case "asks":
		return must(s.kernel.Relax()), 0
	case "has":
		return yes(must(s.kernel.HasRule(rest[0]))), 1
	case "state":
		return boot.State.String(), 0
	case "offset":
		return offset(boot.Offset), 0
	case "ivhd-type":
		return fmt.Sprintf("0x%x", boot.IVHDType), 0
	case "interrupts":
		return yes(boot.InterruptRemapping), 0
	case "ranges":
		return yes(boot.Ranges), 0
	case "predicted":
		return yes(boot.GroupsPredicted), 0
	case "groups":
		return fmt.Sprint(len(must(s.simulation.Groups()))), 0
	case "devices":
		return fmt.Sprint(len(must(s.simulation.Devices()))), 0
	case "group", "log", "members", "domain", "reserved", "iova":
		return s.group(word, rest[0]), 1
	case "device", "range", "unity", "causes", "affected":
		return s.device(word, rest), 1
	case "remedy":
		return s.device(word, rest), 2
	case "finding", "no-finding":
		return s.finding(word, strings.Join(rest, " ")), 0
	}
	panic(bad("unknown line"))
}

func runVectors(t *testing.T, path, tables string) {
	file, err := os.Open(path)
	fine(t, err)
	defer file.Close()
	s := &scene{tables: tables, base: strings.TrimSuffix(filepath.Base(path), ".vec")}
	line := 0
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%s:%d: %s: %v", path, line, s.name, r)
		}
	}()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line++
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0][0] == '#' || words[0][0] == '|' || s.statement(words[0], words[1:]) {
			continue
		}
		if s.cases == 0 {
			panic(bad(words[0] + " before the first case"))
		}
		got, used := s.answer(words[0], words[1:])
		if expected := strings.Join(words[1+used:], " "); got != expected {
			t.Errorf("%s:%d: %s: %s: got %q, expected %q", path, line, s.name, words[0], got, expected)
		}
	}
	fine(t, lines.Err())
	if s.cases == 0 {
		t.Errorf("%s: no cases", path)
	}
	t.Logf("%s: %d cases", path, s.cases)
}

// IVRS_VECTORS is the directory of the .vec files, IVRS_TABLES that of the compiled tables.
func TestVectors(t *testing.T) {
	vectors, tables := os.Getenv("IVRS_VECTORS"), os.Getenv("IVRS_TABLES")
	if vectors == "" || tables == "" {
		t.Skip("IVRS_VECTORS and IVRS_TABLES are not set")
	}
	files, err := filepath.Glob(filepath.Join(vectors, "*.vec"))
	if err != nil || len(files) == 0 {
		t.Fatal("no vectors", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runVectors(t, file, tables) })
	}
}
