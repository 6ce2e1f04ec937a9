// SPDX-License-Identifier: LGPL-2.1-or-later

package tests

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"ivrs"
)

// Four things that close, in all 24 orders: what is left always answers.
func TestEveryOrderOfClosing(t *testing.T) {
	for order := 0; order < 24; order++ {
		table, topology := sampleTable(t), sampleTopology(t)
		kernel, err := ivrs.NewKernel("6.12")
		fine(t, err)
		simulation, err := ivrs.Simulate(table, topology, &ivrs.Options{Kernel: kernel})
		fine(t, err)
		things := []struct {
			closes func() error
			ask    func() error
		}{
			{table.Close, func() error { _, err := table.IVMDs(); return err }},
			{topology.Close, func() error { _, err := topology.Functions(); return err }},
			{kernel.Close, func() error { _, err := kernel.RuleSet(); return err }},
			{simulation.Close, func() error {
				group, err := simulation.GroupOf(0x100)
				if err == nil {
					_, err = group.Regions()
				}
				return err
			}},
		}
		left := []int{0, 1, 2, 3}
		for n, code := 4, order; n > 0; n-- {
			gone := left[code%n]
			left = append(append([]int(nil), left[:code%n]...), left[code%n+1:]...)
			code /= n
			fine(t, things[gone].closes())
			if !errors.Is(things[gone].ask(), ivrs.ErrClosed) {
				t.Errorf("order %d: %d answers after it was closed", order, gone)
			}
			for _, i := range left {
				fine(t, things[i].ask())
			}
			runtime.GC()
		}
	}
}

// Goroutines share one table, one simulation, and a topology that changes; then somebody closes them while they are used.
func TestGoroutines(t *testing.T) {
	table, topology, simulation := sampleTable(t), sampleTopology(t), sampleSimulation(t)
	kernel, err := ivrs.NewKernel("6.12")
	fine(t, err)
	var wait sync.WaitGroup
	use := func(worker int, mayBeClosed bool) {
		defer wait.Done()
		ok := func(err error) bool {
			if err != nil && !(mayBeClosed && errors.Is(err, ivrs.ErrClosed)) {
				t.Error(err)
			}
			return err == nil
		}
		for i := 0; i < 50; i++ {
			one, err := ivrs.Simulate(table, topology, &ivrs.Options{Kernel: kernel, Relax: "unity"})
			if ok(err) {
				group, err := one.GroupOf(0x100)
				if ok(err) && group.Claim != ivrs.ClaimOK {
					t.Error(group)
				}
				one.Close()
			}
			_, err = table.IVHDs()
			ok(err)
			_, err = table.Check(topology, kernel)
			ok(err)
			ok(topology.Set(0x101, ivrs.Driver(fmt.Sprintf("driver%d", worker))))
			ok(kernel.SetCmdline("quiet"))
			device, err := simulation.Device(0x100)
			if ok(err) {
				_, err = device.UnityMaps()
				ok(err)
				_, err = device.Explain(&ivrs.Context{Topology: topology, Kernel: kernel})
				ok(err)
			}
		}
	}
	for _, closing := range []bool{false, true} {
		for worker := 0; worker < 8; worker++ {
			wait.Add(1)
			go use(worker, closing)
		}
		if closing {
			table.Close()
			kernel.Close()
			simulation.Close()
			topology.Close()
		}
		wait.Wait()
	}
}

func residentKiB(t *testing.T) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		var kib int
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib
		}
	}
	t.Skip("no VmRSS")
	return 0
}

// What nobody closes, the collector frees: a simulation without a topology holds tens of kilobytes of C.
func TestForgotten(t *testing.T) {
	table := sampleTable(t)
	round := func() {
		for i := 0; i < 500; i++ {
			if _, err := ivrs.Simulate(table, nil, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := ivrs.Parse(sample(0), ivrs.Strict); err == nil {
				t.Fatal("parsed")
			}
		}
		for i := 0; i < 4; i++ {
			runtime.GC()
		}
	}
	round()
	before := residentKiB(t)
	for i := 0; i < 10; i++ {
		round()
	}
	if grown := residentKiB(t) - before; grown > 16<<10 {
		t.Errorf("grown by %d KiB", grown)
	}
}
