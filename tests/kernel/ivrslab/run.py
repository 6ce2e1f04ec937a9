# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots with their comparison, two at a time, and what is kept of one that disagrees."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import sys
import time

from . import boot, predict, tools

PARALLEL = 2  # QEMUs at once, whatever the machine


@dataclasses.dataclass
class Result:
    job: boot.Job
    outcome: boot.Outcome
    state: str  # the kernel's, in the words of simulate --json
    mismatches: list


def without_first_process(job, outcome, program):
    """A boot that hung or panicked, against the prediction made from the devices of another boot."""
    plain = boot.boot(dataclasses.replace(job, table=None, swap=None, cmdline=""))
    if plain.state != "booted":
        return ["the same devices don't boot with QEMU's own table either: %s" % plain.state]
    outcome.files["snapshot.tar"] = plain.files["snapshot.tar"]
    iommu = predict.dead_state(program, predict.Snapshot(plain.files["snapshot.tar"]), outcome.table, job.cmdline)
    state = predict.kernel_state(outcome)
    return [] if iommu["state"] == state else ["IOMMU state: predicted %s (%s), kernel %s" % (iommu["state"], iommu["message"], state)]


def check(job, outcome, program, same_program=True):
    """Lines of what differs."""
    try:
        if outcome.state in ("hung", "panic"):
            return without_first_process(job, outcome, program)
        return predict.compare(outcome, program, same_program)
    except predict.Broken as e:
        return [str(e)]


def one(job, program):
    outcome = boot.boot(job, program)
    mismatches = check(job, outcome, program)
    return Result(job, outcome, predict.kernel_state(outcome), mismatches)


def document(result):
    """Everything of one boot as one JSON document, but for the snapshot, which stays a tar."""
    o = result.outcome
    return {"job": dataclasses.asdict(result.job), "state": result.state, "seconds": round(o.seconds, 2), "cpu": round(o.cpu, 2), "qemu": o.args,
            "mismatches": result.mismatches, "judge": o.json("judge.json"), "verify": o.json("verify.json"), "verify_status": o.status("verify"),
            "simulate": o.json("simulate.json"), "tainted": int(o.files.get("tainted", b"0")), "dmesg": o.dmesg().splitlines(), "console": o.console.splitlines()}


def keep(result, folder):
    """What a replay needs, and what a person wants to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(json.dumps(dataclasses.asdict(result.job), indent=1) + "\n")
    (folder / "topology.txt").write_text(result.job.topology)
    if result.outcome.table is not None:
        (folder / "table.txt").write_text(result.job.table)
        (folder / "table.ivrs").write_bytes(result.outcome.table)
    (folder / "mismatches.txt").write_text("".join(line + "\n" for line in result.mismatches))
    (folder / "result.json").write_text(json.dumps(document(result), indent=1) + "\n")
    for name, data in result.outcome.files.items():
        (folder / "guest").mkdir(exist_ok=True)
        (folder / "guest" / name).write_bytes(data)


def load(folder):
    """Job and outcome of a kept boot."""
    job = boot.Job(**json.loads((folder / "job.json").read_text()))
    saved = json.loads((folder / "result.json").read_text())
    files = {p.name: p.read_bytes() for p in (folder / "guest").glob("*")}
    state = "booted" if saved["judge"] is not None else "hung" if saved["state"] == "hangs" else "panic"
    table = (folder / "table.ivrs").read_bytes() if (folder / "table.ivrs").exists() else None
    return job, boot.Outcome(state, "\n".join(saved["console"]), saved["seconds"], saved.get("cpu", 0.0), files, saved["qemu"], table)


def every(jobs, program, folder, parallel=PARALLEL, keep_all=False):
    """Boot all, print a line each; the number of boots that disagree, which are kept."""
    begin, states, failed, seconds, cpu, count = time.monotonic(), {}, 0, 0.0, 0.0, 0
    folder = pathlib.Path(folder)
    with concurrent.futures.ThreadPoolExecutor(min(parallel, PARALLEL)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(one, job, program) for job in jobs]):
            result = done.result()
            job, count = result.job, count + 1
            seconds += result.outcome.seconds
            cpu += result.outcome.cpu
            key = "%s %s" % (job.kernel, result.state)
            states[key] = states.get(key, 0) + 1
            print("%-4s %-24s %-5s %-8s %5.1f s (%.1f computed)" % ("DIFF" if result.mismatches else "ok", job.name, job.kernel, result.state, result.outcome.seconds, result.outcome.cpu), flush=True)
            place = folder / ("%s-%s" % (job.name.replace("/", "-"), job.kernel))
            if result.mismatches or keep_all:
                keep(result, place)
            if result.mismatches:
                failed += 1
                for line in result.mismatches[:12]:
                    print("     %s" % line[:400])
                print("     kept in %s" % place, flush=True)
    print("%d boots (%s), %.1f s a boot (%.1f computed), %.0f s in all, load %.1f: %d disagree" % (
        count, ", ".join("%d %s" % (n, k) for k, n in sorted(states.items())), seconds / max(count, 1), cpu / max(count, 1), time.monotonic() - begin,
        os.getloadavg()[0], failed))
    return failed


def main(work):
    """Run a program of the lab; 77 when it can't run here."""
    try:
        tools.WORK.mkdir(parents=True, exist_ok=True)
        sys.exit(work())
    except tools.Skip as e:
        print("SKIP: %s" % e)
        sys.exit(77)
    except (RuntimeError, ValueError, OSError) as e:
        print("error: %s" % e, file=sys.stderr)
        sys.exit(1)
