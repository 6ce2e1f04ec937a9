# SPDX-License-Identifier: LGPL-2.1-or-later
"""Threads that share one table, and what they must not share."""

import threading
import time
import unittest

import ivrs
import scene


def large_host(count=60000):
    topology = ivrs.Topology()
    for number in range(count):
        topology.add(number << 3, group=number)
    return topology


class ThreadTest(unittest.TestCase):
    def run_all(self, work, count=8):
        errors = []

        def body(number):
            try:
                work(number)
            except BaseException as error:  # noqa: B902
                errors.append(error)

        threads = [threading.Thread(target=body, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_share_a_table(self):
        table, topology = scene.table(), scene.host()
        shared = ivrs.simulate(table, topology, "6.12")
        ivmds = table.ivmds

        def work(number):
            for _ in range(100):
                sim = ivrs.simulate(table, topology, "6.12" if number % 2 else "6.1")
                assert sim.group(2).claimable == (number % 2 == 0)
                assert shared.group(2).reason == ivrs.Reason.REQUIRE_DIRECT
                assert ivmds[0].start == 0x3C000000 and hash(table)
                assert 42 in ivrs.check(table, topology, "6.12").codes
                assert ivrs.explain(shared, scene.ENDPOINT).causes

        self.run_all(work)

    def test_table_dies_in_another_thread(self):
        def work(_):
            for _ in range(200):
                table = scene.table()
                ivmd = table.ivmds[0]
                other = threading.Thread(target=lambda held: held, args=(table,))
                del table
                other.start()
                assert ivmd.start == 0x3C000000
                other.join()

        self.run_all(work, 4)

    def test_interpreter_is_free_meanwhile(self):
        """While one thread simulates a large host, another one goes on."""
        table, topology, done, steps = scene.table(), large_host(), threading.Event(), []
        thread = threading.Thread(target=lambda: (ivrs.simulate(table, topology), done.set()))
        thread.start()
        while not done.is_set():
            steps.append(time.monotonic())
            time.sleep(0)
        thread.join()
        # With the interpreter held, the loop would stand still for the whole call.
        self.assertGreater(len(steps), 10)

    def test_change_while_simulated(self):
        """Nobody changes a topology under a running simulation: that is an error and no crash."""
        table, topology, done, refused = scene.table(), large_host(), threading.Event(), 0

        def simulate():
            try:
                for _ in range(5):
                    ivrs.simulate(table, topology)
            finally:
                done.set()

        thread = threading.Thread(target=simulate)
        thread.start()
        number = 60000
        while not done.is_set():
            try:
                topology.add(0x10000 + number)
                number += 1
            except RuntimeError as error:
                refused += 1
                self.assertIn("another thread", str(error))
            time.sleep(0.0005)
        thread.join()
        self.assertGreater(refused, 0)
        topology.add("ffff:ff:1f.7")


if __name__ == "__main__":
    unittest.main()
