# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completes in a real shell: completion.py bash|zsh|fish. Status 77: the shell isn't installed."""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from support import SOURCE, TOOL

FILES = SOURCE / "cli" / "completion"
# What is typed before the tabulator, and what the line must hold then.
CASES = [
    ("ivrsctl simu", "simulate"),
    ("ivrsctl --vers", "--version"),
    ("ivrsctl kern", "kernels"),
    ("ivrsctl simulate --as", "--as-bound"),
    ("ivrsctl simulate --color=al", "--color=always"),
    ("ivrsctl simulate --path iomm", "iommufd"),
    ("ivrsctl simulate -r unch", "unchecked"),
    ("ivrsctl check --threshold=pan", "--threshold=panic"),
    ("ivrsctl show --table=some-f", "--table=some-file"),
    ("ivrsctl show -t some-f", "some-file"),
    ("ivrsctl capture some-f", "some-file"),
    # An option of another command isn't offered.
    ("ivrsctl kernels --sysr", "--sysr"),
]


def pci_case():
    """A real function of this machine, if there is one whose address is told by its beginning."""
    try:
        names = sorted(os.listdir("/sys/bus/pci/devices"))
    except OSError:
        names = []
    for name in names:
        if sum(other.startswith(name[:-2]) for other in names) == 1:
            return [(f"ivrsctl explain {name[:-2]}", name)]
    print("SKIP: completion of devices: this machine shows no PCI function", file=sys.stderr)
    return []


def read_for(fd, seconds, until=None):
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                data += os.read(fd, 65536)
            except OSError:
                break
        if until and until in data:
            break
    return data


def clean(data):
    text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>()][0-9A-Za-z]?|\r", b"", data).decode(errors="replace")
    while "\b" in text:
        shorter = re.sub(r"[^\b]\b", "", text)
        if shorter == text:
            text = text.replace("\b", "")
            break
        text = shorter
    return text


def interactive(shell, setup, directory):
    """Types each case into a shell on a terminal and looks at what the terminal shows then."""
    environment = {"PATH": f"{directory}/bin:{os.environ['PATH']}", "HOME": directory, "TERM": "dumb",
                   "LC_ALL": "C.UTF-8", "PS1": "> "}
    # The shell starts ivrsctl in the background and may be gone first: a leak check that traces its own process hangs then.
    environment["ASAN_OPTIONS"] = "detect_leaks=0"
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    failures = 0
    for typed, expected in CASES + pci_case():
        pid, fd = pty.fork()
        if not pid:
            os.chdir(directory)
            os.execvpe(shell[0], shell, environment)
        os.write(fd, f"{setup}; echo re''ady\n".encode())
        read_for(fd, 10, b"ready\r\n")
        os.write(fd, typed.encode())
        read_for(fd, 0.5, typed.split(" ")[-1].encode())
        os.write(fd, b"\t")
        word = typed.split(" ")[-1]
        line, end = word, time.monotonic() + (10 if expected != word else 1)
        while time.monotonic() < end and (expected == word or expected not in line):
            line += clean(read_for(fd, 0.1))
        os.close(fd)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        good = expected in line if expected != word else "--sysroot" not in line
        failures += not good
        print(f"{'ok' if good else 'FAILED'}: {typed!r} -> {line!r}")
    return failures


def fish(directory):
    failures = 0
    environment = dict(os.environ, PATH=f"{directory}/bin:{os.environ['PATH']}", HOME=directory, LC_ALL="C.UTF-8")
    for typed, expected in CASES + pci_case():
        done = subprocess.run(["fish", "--no-config", "-c", f"source {FILES}/ivrsctl.fish; complete -C {typed!r}"],
                              capture_output=True, text=True, env=environment, cwd=directory, check=False)
        words = [line.split("\t")[0] for line in done.stdout.splitlines()]
        good = expected in words if expected != typed.split(" ")[-1] else not words
        failures += not good
        print(f"{'ok' if good else 'FAILED'}: {typed!r} -> {words} {done.stderr}")
    return failures


def main():
    shell = sys.argv[1]
    if not shutil.which(shell):
        print(f"SKIP: {shell} is not installed")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / "bin").mkdir()
        (path / "bin" / "ivrsctl").symlink_to(pathlib.Path(TOOL).resolve())
        (path / "some-file").write_text("")
        if shell == "bash":
            return interactive(["bash", "--norc", "--noprofile", "-i"], f"source {FILES}/ivrsctl.bash; "
                               "bind 'set show-all-if-ambiguous off'", directory) != 0
        if shell == "zsh":
            return interactive(["zsh", "-f", "-i"], f"PS1='> '; fpath=({FILES} $fpath); autoload -Uz compinit; "
                               "compinit -u -D", directory) != 0
        return fish(directory) != 0


if __name__ == "__main__":
    sys.exit(main())
