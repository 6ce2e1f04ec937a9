# SPDX-License-Identifier: LGPL-2.1-or-later
"""How text looks: it fits 80 columns, --help fits a screen, colours stay out of files, and options do what they say."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from support import HOST, TOOL, ToolTest, host_table, run

COMMANDS = ["simulate", "explain", "show", "unity", "check", "kernels", "verify", "capture"]


def on_terminal(*args, columns=80, env=None):
    """What the tool prints to a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environment.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, **(env or {}))
    with subprocess.Popen([TOOL, *map(str, args)], stdout=slave, env=environment) as process:
        os.close(slave)
        data = b""
        while True:
            try:
                got = os.read(master, 65536)
            except OSError:
                break
            if not got:
                break
            data += got
    os.close(master)
    return process.returncode, data.decode().replace("\r\n", "\n")


class Width(ToolTest):
    def narrow(self, out, columns=80):
        for line in out.splitlines():
            if not line.startswith("Next: "):  # a command has to stay in one piece
                self.assertLessEqual(len(line), columns, line)

    def test_every_text_fits(self):
        table = self.file(host_table())
        for args in (["simulate", "-s", HOST], ["simulate", "-s", HOST, "-r", "none", "-r", "unity"],
                     ["simulate", "-t", table], ["simulate", "-s", HOST, "-c", "amd_iommu=off"],
                     ["explain", "-s", HOST, "01:00.0"], ["explain", "-s", HOST, "05:00.0"], ["show", "-s", HOST],
                     ["unity", "-s", HOST], ["check", "-s", HOST], ["check", "-t", table], ["kernels"],
                     ["verify", "-s", HOST]):
            result = run(*args)
            self.assertIn(result.status, (0, 3), result)
            self.narrow(result.out)

    def test_terminal_width_is_used(self):
        for columns in (60, 100, 140):
            self.narrow(on_terminal("simulate", "-s", HOST, columns=columns)[1].replace("\x1b", ""), columns + 12)
        wide = on_terminal("simulate", "-s", HOST, "--color=never", columns=140)[1]
        self.assertIn("82574L Gigabit Network Connection", wide)
        self.assertIn("exclusion", wide.splitlines()[1])

    def test_names_are_cut_before_addresses(self):
        narrow = on_terminal("simulate", "-s", HOST, "--color=never", columns=60)[1]
        for address in ("0000:01:00.0", "0000:07:02.0"):
            self.assertIn(address, narrow)

    def test_headings(self):
        out = self.text("simulate", "-s", HOST, "--no-headings", status=3)
        self.assertNotIn("VERDICT", out)


class Color(ToolTest):
    def test_only_on_terminals(self):
        self.assertNotIn("\x1b", run("simulate", "-s", HOST).out)
        status, out = on_terminal("simulate", "-s", HOST)
        self.assertEqual(status, 3)
        self.assertIn("\x1b[31m", out)

    def test_no_color(self):
        self.assertNotIn("\x1b", on_terminal("simulate", "-s", HOST, env={"NO_COLOR": "1"})[1])
        self.assertIn("\x1b", on_terminal("simulate", "-s", HOST, env={"NO_COLOR": ""})[1])

    def test_option_wins(self):
        self.assertIn("\x1b", run("simulate", "-s", HOST, "--color=always", env={"NO_COLOR": "1"}).out)
        self.assertNotIn("\x1b", on_terminal("simulate", "-s", HOST, "--color=never")[1])

    def test_colors_only_repeat(self):
        plain = run("simulate", "-s", HOST).out
        colored = run("simulate", "-s", HOST, "--color=always").out
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", colored), plain)

    def test_json_has_none(self):
        self.assertNotIn("\x1b", run("simulate", "-s", HOST, "--json", "--color=always").out)


class Help(ToolTest):
    def test_fits_a_screen(self):
        for args in (["--help"], *([command, "--help"] for command in COMMANDS)):
            lines = self.text(*args).splitlines()
            self.assertLessEqual(len(lines), 24, args)
            self.assertLessEqual(max(map(len, lines)), 80, args)

    def test_every_command_is_listed(self):
        out = self.text("--help")
        self.assertEqual(re.findall(r"(?m)^  ([a-z]+) ", out), COMMANDS)
        for command in COMMANDS:
            self.assertTrue(self.text(command, "--help").startswith(f"Usage: ivrsctl {command} "))

    def test_short_help(self):
        self.assertEqual(self.text("show", "-h"), self.text("show", "--help"))
        self.assertEqual(self.text("-h"), self.text("--help"))

    def test_manual_names_every_option(self):
        from support import SOURCE
        manual = (SOURCE / "cli" / "ivrsctl.1.in").read_text().replace("\\-", "-")
        for command in COMMANDS:
            self.assertRegex(manual, rf"(?m)^\.BI? {command}\b")
            for option in re.findall(r"--[a-z-]+", self.text(command, "--help")):
                if option != "--sysroot" or command != "kernels":
                    self.assertIn(option, manual)


if __name__ == "__main__":
    unittest.main()
