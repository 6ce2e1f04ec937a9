#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the public headers and holds them against the documentation rules, the version script and the built library.

The headers are plain enough (opaque structs, functions, enums, macros) for a reader of this size; what it can't read is an error.
"""
import argparse
import pathlib
import re
import subprocess
import sys

LEXEME = re.compile(r'/\*.*?\*/|^\#(?:[^\n\\/]|\\\n|\\|/\*.*?\*/|/)*|[{};]|[^{};/\#]+', re.S | re.M)


class Item:
    """A function, type, enumerator or macro with its doc comment (None: it has none)."""

    def __init__(self, kind, name, doc, where, parameters=(), returns=""):
        self.kind, self.name, self.doc, self.where = kind, name, doc, where
        self.parameters, self.returns = list(parameters), returns


def parameters_of(text):
    inner = text[text.index("(") + 1:text.rindex(")")].strip()
    if inner in ("", "void"):
        return []
    return [re.search(r"(\w+)\s*(?:\[[^\]]*\])?\s*$", part).group(1) for part in inner.split(",")]


def read_header(path):
    """All items of a header, and the comment that describes the file."""
    text = path.read_text(encoding="ascii")
    items, pending, file_doc, at, depth, code = [], None, None, 0, 0, ""
    while at < len(text):
        match = LEXEME.match(text, at)
        where = f"{path.name}:{text.count(chr(10), 0, at) + 1}"
        if not match:
            raise SystemExit(f"{where}: this script can't read what stands here")
        at, lexeme = match.end(), match[0]
        if lexeme.startswith("/**<"):
            if items and not items[-1].doc:
                items[-1].doc = lexeme
        elif lexeme.startswith("/**") and "@file" in lexeme:
            file_doc = lexeme
        elif lexeme.startswith("/**"):
            # The comment that opens or closes a group belongs to no name.
            pending = None if "@name" in lexeme or re.fullmatch(r"/\*\*\s*@[{}]\s*\*/", lexeme) else lexeme
        elif lexeme.startswith("#"):
            define = re.match(r"#\s*define\s+(\w+)\S*(\s+\S.*)?$", lexeme, re.S)
            if define and define[2]:  # an include guard has no body
                trailing = re.search(r"/\*\*<.*?\*/", lexeme, re.S)
                items.append(Item("macro", define[1], pending or (trailing and trailing[0]), where))
            if define:
                pending = None
        elif lexeme.startswith("/*") or (lexeme == "}" and not depth):
            pass
        elif lexeme == "{" and code.split() == ["extern", '"C"']:
            code = ""
        elif lexeme == "{":
            items.append(Item("type", code.split()[1], pending, where))
            depth, code, pending = 1, "", None
        elif depth:  # inside an enum
            if lexeme == "}":
                depth = 0
            for part in lexeme.split(","):
                if part.strip() and lexeme != "}":
                    items.append(Item("enumerator", part.split()[0], pending, where))
                    pending = None
        elif lexeme == ";":
            items += declaration(" ".join(code.split()), pending, where)
            code, pending = "", None
        elif lexeme.strip():
            code += lexeme
    return items, file_doc


def declaration(code, doc, where):
    if not code or (code.startswith("struct") and "(" not in code):
        return  # the end of an enum, or a forward declaration
    if code.startswith("typedef"):
        yield Item("type", code.split()[-1], doc, where)
    elif "(" in code:
        name = re.search(r"(\w+)\s*\(", code)
        yield Item("function", name[1], doc, where, parameters_of(code), code[:name.start()].strip())
    else:
        raise SystemExit(f"{where}: neither function, enum nor typedef: {code}")


def read_headers(paths):
    items, files = [], {}
    for path in map(pathlib.Path, paths):
        found, file_doc = read_header(path)
        items += found
        files[path.name] = (found, file_doc)
    return items, files


def check_documented(paths):
    """What the conventions ask of every doc comment, as far as a machine can tell."""
    problems = []
    _, files = read_headers(paths)
    for name, (items, file_doc) in files.items():
        if not file_doc:
            problems.append(f"{name}: no @file comment")
        if any(item.kind == "function" for item in items) and "@par Threads" not in (file_doc or ""):
            problems.append(f"{name}: the @file comment has no '@par Threads'")
        for item in items:
            doc = item.doc or ""
            if not doc:
                problems.append(f"{item.where}: {item.kind} {item.name} is not documented")
            if not doc or item.kind != "function":
                continue
            for tag in ("@brief", "@since"):
                if tag not in doc:
                    problems.append(f"{item.where}: {item.name}: no {tag}")
            if re.match(r"\s*int\b", item.returns) and "@return" not in doc and "int ivrs_host_table_errno" not in item.name:
                problems.append(f"{item.where}: {item.name}: returns a status and has no @return")
            for documented in re.findall(r"@param(?:\[\w+\])?\s+(\w+)", doc):
                if documented not in item.parameters:
                    problems.append(f"{item.where}: {item.name}: @param {documented} is no parameter")
    return problems


def read_map(path):
    """Names and node of a version script."""
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(encoding="ascii"), flags=re.S)
    names = {}
    for node, body in re.findall(r"(\w[\w.]*)\s*\{(.*?)\}", text, re.S):
        for name in re.findall(r"(\w+);", body.split("local:")[0]):
            names[name] = node
    return names


def read_exports(library):
    """Names and node of what a shared library defines for others."""
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exports = {}
    for line in lines.splitlines():
        _, kind, symbol = line.split()
        name, _, node = symbol.partition("@@")
        if kind != "A":  # the version node itself
            exports[name] = node
    return exports


def check_exports(map_file, library, paths):
    """Headers, version script and library name the same functions."""
    items, _ = read_headers(paths)
    declared = {item.name for item in items if item.kind == "function"}
    listed = read_map(map_file)
    built = read_exports(library)
    problems = [f"{name}: declared, but not in {pathlib.Path(map_file).name}" for name in sorted(declared - listed.keys())]
    problems += [f"{name}: in {pathlib.Path(map_file).name}, but no header declares it" for name in sorted(listed.keys() - declared)]
    problems += [f"{name}: exported by the library, but not in the version script" for name in sorted(built.keys() - listed.keys())]
    problems += [f"{name}: in the version script, but the library doesn't export it" for name in sorted(listed.keys() - built.keys())]
    problems += [f"{name}: exported as {built[name] or 'no version'}, listed in {node}"
                 for name, node in sorted(listed.items()) if built.get(name, node) != node]
    if not declared:
        problems.append("no function was found in the headers")
    return problems, len(declared)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    documented = commands.add_parser("documented")
    documented.add_argument("--stamp", help="file to touch on success")
    documented.add_argument("headers", nargs="+")
    exports = commands.add_parser("exports")
    exports.add_argument("map")
    exports.add_argument("library")
    exports.add_argument("headers", nargs="+")
    options = parser.parse_args()

    if options.command == "documented":
        problems = check_documented(options.headers)
        summary = "every public name is documented"
    else:
        problems, count = check_exports(options.map, options.library, options.headers)
        summary = f"{count} functions: headers, version script and library agree"
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        if options.command == "documented" and options.stamp:
            pathlib.Path(options.stamp).touch()
        print(summary)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
