# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every command on the bundled host, as text and as JSON, and what its exit status says."""
import json
import pathlib
import re
import subprocess
import unittest

from support import HOST, TOOL, ToolTest, acpidump, host_table, ivmd, mended, run, unpack, validate

RANGES = ["0000:00:00.0-0f:1f.7"]


class Simulate(ToolTest):
    def test_json_is_the_contract(self):
        document = self.json("simulate", "-s", HOST, status=3)
        self.assertEqual(document["schema"], "ivrsctl-simulate/1")
        self.assertEqual(list(document)[0], "schema")
        self.assertEqual(document["kernel"]["rules"], "linux-6.12")
        result, = document["results"]
        self.assertEqual(result["relax"], "none")
        self.assertEqual(result["iommu"]["state"], "ready")
        self.assertEqual([g["id"] for g in result["groups"]], sorted(g["id"] for g in result["groups"]))
        devices = [d["device"] for d in result["devices"]]
        self.assertEqual(devices, sorted(devices))
        group = next(g for g in result["groups"] if "0000:01:00.0" in g["devices"])
        claim = group["claim"]
        self.assertEqual((claim["result"], claim["errno"], claim["step"], claim["reason"], claim["culprit"]),
                         ("refused", "EINVAL", "VFIO_GROUP_SET_CONTAINER", "require_direct", "0000:01:00.0"))
        self.assertEqual(claim["ivmd"], [0, 1, 2])
        self.assertIn("Firmware has requested", claim["kernel_message"])
        self.assertEqual(group["iova_ranges"], [])
        self.assertIn({"start": "0x00000000fee00000", "end": "0x00000000feefffff", "type": "msi"},
                      group["reserved_regions"])

    def test_claimable_groups_have_nulls(self):
        document = self.json("simulate", "-s", HOST, "-r", "unity")
        group = next(g for g in document["results"][0]["groups"] if "0000:01:00.0" in g["devices"])
        self.assertEqual(group["claim"], {"result": "ok", "errno": None, "step": None, "reason": None,
                                          "culprit": None, "ivmd": [], "kernel_message": None})
        self.assertEqual(group["iova_ranges"][0]["start"], "0x0000000000000000")
        self.assertIn("direct-relaxable", [r["type"] for r in group["reserved_regions"]])

    def test_text(self):
        out = self.text("simulate", "-s", HOST, status=3)
        lines = out.splitlines()
        self.assertRegex(lines[0], r"GROUP +DEVICE +NAME +VERDICT +WHY")
        self.assertRegex(out, r"(?m)^ +7 0000:01:00\.0 .* refused IVMD 0-2$")
        self.assertIn("8 of 12 groups can't be given to a guest by Linux 6.12.117", out)
        self.assertIn("Cause: 3 IVMD blocks ask for 1:1 mappings for every function on buses 00-0f.", out)
        self.assertEqual(lines[-1], f"Next: ivrsctl explain -s {HOST} 0000:00:04.0")

    def test_next_command_works(self):
        last = self.text("simulate", "-s", HOST, "-c", "iommu=pt  quiet", status=3).splitlines()[-1]
        command = last.removeprefix("Next: ivrsctl ")
        done = subprocess.run(f"'{TOOL}' {command}", shell=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 3, done)

    def test_nothing_refused_is_said(self):
        out = self.text("simulate", "-s", HOST, "-k", "6.1")
        self.assertIn("None of 12 groups is refused by Linux 6.1", out)
        self.assertNotIn("Cause:", out)
        self.assertNotIn("Next:", out)

    def test_devices_are_a_filter(self):
        document = self.json("simulate", "-s", HOST, "04:00.0", status=3)
        self.assertEqual([g["devices"] for g in document["results"][0]["groups"]],
                         [["0000:03:00.0", "0000:04:00.0"]])
        self.assertEqual([d["device"] for d in document["results"][0]["devices"]],
                         ["0000:03:00.0", "0000:04:00.0"])
        self.json("simulate", "-s", HOST, "0000:00:05.0")  # only a bridge: nothing is refused
        document = self.json("simulate", "-s", HOST, "00:08.0-00:1f.7", status=3)
        self.assertEqual([g["id"] for g in document["results"][0]["groups"]], [5, 6])

    def test_relaxations_are_compared(self):
        modes = ["none", "unity", "unchecked", "blanket", "devices=01:00.0"]
        options = [word for mode in modes for word in ("-r", mode)]
        document = self.json("simulate", "-s", HOST, *options, status=3)
        self.assertEqual([r["relax"] for r in document["results"]], modes)
        out = self.text("simulate", "-s", HOST, *options, status=3)
        self.assertRegex(out.splitlines()[0], r"none +unity +unchecked +blanket +devices$")
        self.assertIn("none -> unity: 8 more of 12 can be given to a guest.", out)
        self.assertIn("8 of them keep the ranges cut out", out)
        self.assertIn("none -> devices=01:00.0: 1 more of 12", out)

    def test_states(self):
        for cmdline, state in (("amd_iommu=off", "disabled"), ("iommu=off", "disabled")):
            document = self.json("simulate", "-s", HOST, "-c", cmdline, status=3)
            self.assertEqual(document["results"][0]["iommu"]["state"], state)
            self.assertEqual({g["claim"]["result"] for g in document["results"][0]["groups"]},
                             {"refused", "nothing-to-claim"})
        self.assertIn("IOMMU: disabled: ", self.text("simulate", "-s", HOST, "-c", "amd_iommu=off", status=3))

    def test_paths(self):
        for path, step in (("legacy", "VFIO_GROUP_SET_CONTAINER"), ("iommufd", "VFIO_DEVICE_BIND_IOMMUFD"),
                           ("compat", "VFIO_GROUP_GET_DEVICE_FD")):
            document = self.json("simulate", "-s", HOST, f"--path={path}", "01:00.0", status=3)
            self.assertEqual(document["results"][0]["groups"][0]["claim"]["step"], step)

    def test_as_bound(self):
        document = self.json("simulate", "-s", HOST, "--as-bound", "00:08.0", status=3)
        claim = document["results"][0]["groups"][0]["claim"]
        self.assertEqual((claim["reason"], claim["errno"]), ("busy", "EPERM"))
        self.assertIn("bound to virtio-pci", " ".join(
            self.text("simulate", "-s", HOST, "--as-bound", "00:08.0", status=3).split()))

    def test_a_directory_answers_like_its_tar(self):
        unpack(self.dir)
        one, two = (run("simulate", "-s", source, "--json").out for source in (HOST, self.dir))
        self.assertEqual(one, two)


class Image(ToolTest):
    """Kernel images of the distribution, where they are installed: what is in them counts, not what they are called."""

    def test_images(self):
        images = sorted(pathlib.Path("/boot").glob("vmlinuz-6.*"))
        if not images:
            self.skipTest("SKIP: no kernel image in /boot")
        for image in images:
            copy = self.file(image.read_bytes(), "image")
            result = run("simulate", "-s", HOST, "-k", copy, "--json", "01:00.0")
            document = json.loads(result.out)
            validate(document)
            kernel = document["kernel"]
            self.assertIn(kernel["release"], image.name)
            self.assertIn(str(copy), kernel["evidence"])
            old = tuple(map(int, kernel["release"].split(".")[:2])) < (6, 6)
            self.assertEqual(result.status, 0 if old else 3, result)


class TableAlone(ToolTest):
    def test_ranges(self):
        table = self.file(host_table())
        document = self.json("simulate", "-t", table, status=3)
        result = document["results"][0]
        self.assertEqual(document["kernel"]["cmdline"], "")
        for group, device in zip(result["groups"], result["devices"]):
            name = device["device"]
            if device["last"] != name:
                name += "-" + device["last"]
            self.assertEqual(group["devices"], [name])
        self.assertNotIn("GROUP", self.text("simulate", "-t", table, status=3))

    def test_each_device_is_a_group(self):
        document = self.json("simulate", "-t", self.file(host_table()), "01:00.0", "01:00.1", status=3)
        self.assertEqual([g["devices"] for g in document["results"][0]["groups"]],
                         [["0000:01:00.0"], ["0000:01:00.1"]])

    def test_standard_input_and_acpidump(self):
        expected = run("show", "-t", self.file(host_table())).out
        self.assertEqual(run("show", "-t", "-", stdin=host_table()).out, expected)
        self.assertEqual(run("show", "-t", "-", stdin=acpidump(("IVRS", host_table()))).out, expected)

    def test_two_tables_in_a_dump(self):
        other = mended(host_table()[:0xb0])
        dump = self.file(acpidump(("IVRS", host_table()), ("IVRS", other)))
        result = run("show", "-t", dump, "--json")
        self.assertEqual((result.status, result.err), (0, ""), result)
        self.assertEqual(json.loads(result.out)["table"]["length"], len(host_table()))
        self.assertIn("IVRS-015", self.text("check", "-t", dump, "--threshold=hang"))

    def test_root_sysroot_mixes(self):
        document = self.json("simulate", "-s", HOST, "-t", self.file(mended(host_table()[:0xb0])))
        self.assertEqual({g["claim"]["result"] for g in document["results"][0]["groups"]},
                         {"ok", "nothing-to-claim"})


class Explain(ToolTest):
    def test_json(self):
        document = self.json("explain", "-s", HOST, "0000:01:00.0", status=3)
        self.assertEqual(document["device"], "0000:01:00.0")
        self.assertEqual([c["ivmd"] for c in document["causes"]], [0, 1, 2])
        self.assertEqual(document["causes"][0]["class"], "blanket")
        self.assertTrue(document["causes"][0]["bytes"].startswith("22 08 20 00 00 00 ff 0f"))
        self.assertTrue(document["pre_boot_dma_protection"])
        self.assertEqual(document["remedies"][0]["name"], "bios-dma-protection")
        self.assertNotIn(document["group"], document["affected_groups"])

    def test_text_keeps_the_order(self):
        out = self.text("explain", "-s", HOST, "01:00.0", status=3)
        headings = ["can't be given to a guest", "How it comes about:", "The IVMD blocks that reach it",
                    "The same blocks hit", "What does not help:", "What helps, cheapest first:"]
        places = [out.index(heading) for heading in headings]
        self.assertEqual(places, sorted(places))
        self.assertIn("Price: Security:", out)

    def test_claimable(self):
        self.text("explain", "-s", HOST, "-k", "6.1", "01:00.0")
        self.text("explain", "-s", HOST, "-r", "unity", "01:00.0")
        self.text("explain", "-t", self.file(host_table()), "01:00.0", status=3)


class Show(ToolTest):
    def test_json(self):
        document = self.json("show", "-s", HOST)
        self.assertEqual(document["table"]["length"], len(host_table()))
        self.assertEqual([b["kind"] for b in document["blocks"]], ["IVHD", "IVMD", "IVMD", "IVMD"])
        self.assertEqual(document["ivinfo"]["value"], "0x00203043")
        self.assertEqual(document["blocks"][1]["start"], "0x00000000872d9000")

    def test_unknown_block_and_entry_types(self):
        table = bytearray(host_table())
        block = bytes([0x71, 0x05, 8, 0, 0xde, 0xad, 0xbe, 0xef])
        table[0x48] = 0x05  # an entry of a type that nobody has defined
        path = self.file(mended(bytes(table) + block))
        document = self.json("show", "-t", path)
        self.assertEqual(document["blocks"][-1]["bytes"], "71 05 08 00 de ad be ef")
        self.assertEqual(document["blocks"][-1]["type"], "0x71")
        entry = document["blocks"][0]["entries"][0]
        self.assertEqual((entry["type"], entry["name"]), ("0x05", "unknown"))
        out = self.text("show", "-t", path)
        self.assertIn("71 05 08 00 de ad be ef", out)
        self.assertRegex(out, r"05h unknown")

    def test_text_has_offsets_and_names(self):
        out = self.text("show", "-s", HOST)
        for line in (r"0x0000 IVRS header", r"0x0024 +IVinfo +0x00203043", r"0x00b0 IVMD 22h, 32 bytes",
                     r"DMA remap +yes", r"0x0090 +04h range-end +0000:07:1f\.7"):
            self.assertRegex(out, line)


class Others(ToolTest):
    def test_unity(self):
        document = self.json("unity", "-s", HOST, "01:00.0")
        device, = document["devices"]
        self.assertEqual(device["unity_maps"][0], {"start": "0x00000000872d9000", "end": "0x00000000872d9fff",
                                                   "prot": "rw", "ivmd": 0, "type": "direct"})
        self.assertRegex(self.text("unity", "-s", HOST), r"0000:01:00\.0 .* 0 0x872d9000-0x872d9fff rw +direct")
        self.json("unity", "-t", self.file(host_table()))

    def test_check(self):
        document = self.json("check", "-s", HOST, status=3)
        self.assertIn("IVRS-042", [f["code"] for f in document["findings"]])
        self.assertEqual((document["threshold"], document["worst"]), ("wrong-mapping", "blocked"))
        self.json("check", "-s", HOST, "--threshold=iommu-lost")
        clean = self.file(mended(host_table()[:0xb0]))
        self.text("check", "-t", clean)
        self.assertIn("devices were not known", " ".join(self.text("check", "-t", clean).split()))

    def test_kernels(self):
        document = self.json("kernels")
        sets = {s["name"]: s for s in document["rulesets"]}
        self.assertTrue(sets["linux-6.12"]["measured"])
        self.assertFalse(sets["linux-6.6"]["measured"])
        self.assertIn("require-direct", sets["linux-6.6"]["rules"])
        self.assertNotIn("require-direct", sets["linux-6.1"]["rules"])
        self.assertRegex(self.text("kernels"), r"require-direct +- +- +- +yes +yes")

    def test_verify(self):
        document = self.json("verify", "-s", HOST)
        self.assertEqual((document["conclusion"], document["differences"], document["groups"]), ("agrees", [], 12))
        self.assertIn("The prediction agrees with the kernel.", self.text("verify", "-s", HOST))

    def test_version(self):
        self.assertRegex(self.text("--version"), r"^ivrsctl \d+\.\d+\.\d+ \(libivrs \d+\.\d+\.\d+\)\n$")

    def test_lspci(self):
        config = bytearray(64)
        config[0:2], config[2:4] = b"\x86\x80", b"\xd3\x10"
        config[0x0b] = 0x02
        text = "01:00.0 Ethernet controller: Intel Corporation 82574L\n"
        text += "".join(f"{at:02x}: {' '.join(f'{b:02x}' for b in config[at:at + 16])}\n" for at in range(0, 64, 16))
        dump = self.file(text.encode(), "lspci.txt")
        result = run("simulate", "-p", dump, "-t", self.file(host_table()), "-k", "6.12", "-c", "", "--json")
        document = json.loads(result.out)
        self.assertTrue(document["results"][0]["groups_predicted"] or
                        document["results"][0]["iommu"]["state"] != "ready", result)
        self.assertTrue(re.search(r"\"device\": \"0000:01:00\.0\"", result.out), result)


class Malformed(ToolTest):
    """What Linux makes of a table that contradicts itself is an answer; that it does is one line and status 4."""

    def setUp(self):
        super().setUp()
        self.table = self.file(mended(host_table() + ivmd(length=0)))

    def test_the_answer_is_printed(self):
        for command in (["simulate", "01:00.0"], ["show"], ["unity"], ["explain", "01:00.0"]):
            result = run(*command, "-t", self.table)
            self.assertEqual(result.status, 4, result)
            self.assertNotEqual(result.out, "")
            self.one_line(result, [str(self.table), "offset 0x110", "(IVRS-009)"])

    def test_state_is_hangs(self):
        result = run("simulate", "-t", self.table, "--json")
        self.assertEqual(json.loads(result.out)["results"][0]["iommu"]["state"], "hangs")

    def test_check_says_no(self):
        document = self.json("check", "-t", self.table, status=3)
        self.assertEqual(document["worst"], "hang")


if __name__ == "__main__":
    unittest.main()
