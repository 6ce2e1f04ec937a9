#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-links.py SOURCE: every rule number that the sources cite stands in docs/kernel-rules.md, and every relative link leads somewhere."""
import pathlib
import re
import sys

NUMBER = r"[ABD]\d*(?:\.\d+b?)?"


def cited(text):
    """Numbers behind SPEC, and at the beginning of a rule's text."""
    for match in re.finditer(rf"SPEC(?: section)? ({NUMBER}(?:(?:, | and | to ){NUMBER})*)", text):
        yield from re.findall(NUMBER, match[1])


def main():
    source = pathlib.Path(sys.argv[1])
    rules = (source / "docs/kernel-rules.md").read_text()
    known = set(re.findall(r"\*\*([AD]\d+(?:\.\d+b?)?)\*\*", rules)) | set(re.findall(r"^## ([A-D]\d*)\.", rules, re.M))
    problems, count = [], 0
    for folder in ("include", "lib", "cli", "tests", "examples", "bindings"):
        for path in sorted((source / folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".def", ".py", ".pm", ".go", ".i", ".in") or not path.is_file():
                continue
            text = path.read_text(errors="replace")
            numbers = list(cited(text))
            if path.name == "rules.def":
                numbers += [n for start in re.findall(rf'^\s+"({NUMBER}(?:, {NUMBER})*):', text, re.M) for n in re.findall(NUMBER, start)]
            count += len(numbers)
            problems += [f"{path.relative_to(source)}: SPEC {number} is not in docs/kernel-rules.md" for number in numbers if number not in known]
    for path in sorted(source.glob("*.md")) + sorted((source / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                problems.append(f"{path.relative_to(source)}: leads to {target}, which isn't there")
    print("\n".join(problems) or f"{count} citations of {len(known)} rules")
    return 1 if problems or count < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
