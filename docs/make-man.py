#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-man.py XML-DIRECTORY OUTPUT-DIRECTORY VERSION DATE: a manual page, section 3, for every function that doxygen's XML has."""
import pathlib
import re
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

LIBRARIES = {"host.h": ("libivrs-host", "libivrs-host", "-livrs-host")}


def plain(node):
    """Text of a node without the parts that are printed elsewhere."""
    if node is None:
        return ""
    parts = [node.text or ""]
    for child in node:
        if child.tag not in ("parameterlist", "simplesect"):
            parts.append(plain(child))
        parts.append(child.tail or "")
    return "".join(parts)


def paragraphs(node):
    found = [" ".join(plain(para).split()) for para in node.findall("para")] if node is not None else []
    return [text for text in found if text]


def escape(text, fonts=True):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return text if not fonts else re.sub(r"\b(ivrs_\w+)\(\)", r"\\fB\1\\fP()", text)


def filled(text, fonts=True):
    """Lines of at most 80 bytes, none of which roff takes for a request."""
    lines = textwrap.wrap(escape(text, fonts), 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join("\\&" + line if line[0] in ".'" else line for line in lines) + "\n"


def sections(node, kind):
    return [sect for sect in node.iter("simplesect") if sect.get("kind") == kind]


def titled(node, title):
    for sect in sections(node, "par"):
        if (sect.findtext("title") or "").strip() == title:
            return paragraphs(sect)
    return []


def prototype(function):
    """The declaration, bold, with the names of parameters in italics."""
    kind = " ".join(plain(function.find("type")).split())
    parameters = []
    for param in function.findall("param"):
        text, name = " ".join(plain(param.find("type")).split()), param.findtext("declname")
        if not name:
            parameters.append(f"\\fB{text}\\fP")
            continue
        gap = "" if text.endswith("*") else " "
        array = param.findtext("array") or ""
        parameters.append(f"\\fB{text}{gap}\\fP\\fI{name}\\fP" + (f"\\fB{array}\\fP" if array else ""))
    gap = "" if kind.endswith("*") else " "
    lines, line = [], f"\\fB{kind}{gap}{function.findtext('name')}(\\fP"
    for i, parameter in enumerate(parameters):
        piece = parameter + ("\\fB, \\fP" if i + 1 < len(parameters) else "")
        if len(re.sub(r"\\f.", "", line + piece)) > 78:
            lines.append(line)
            line = "    "
        line += piece
    lines.append(line + "\\fB);\\fP")
    return ".nf\n" + "\n".join(lines) + "\n.fi\n"


class Pages:
    def __init__(self, directory, version, date):
        self.files = [ElementTree.parse(path).getroot().find("compounddef") for path in sorted(directory.glob("*_8h.xml"))]
        self.version, self.date = version, date
        self.enums = {m.get("id"): m for f in self.files for m in f.iter("memberdef") if m.get("kind") == "enum"}
        self.functions = {m.get("id"): m.findtext("name") for f in self.files for m in f.iter("memberdef")
                          if m.get("kind") == "function"}

    def mentioned(self, function, names):
        return list(dict.fromkeys(names[ref.get("refid")] for ref in function.iter("ref") if ref.get("refid") in names))

    def page(self, header, file, function):
        name = function.findtext("name")
        brief = " ".join(paragraphs(function.find("briefdescription")))
        detail = function.find("detaileddescription")
        library, pkg, flag = LIBRARIES.get(header, ("libivrs", "libivrs", "-livrs"))
        first = re.split(r"\. |: |; |, one of | \(", brief)[0].rstrip(".")
        if not re.match(r"[A-Z]{2}|[A-Z]\w*[A-Z]|SBDF|OEM", first):
            first = first[0].lower() + first[1:]

        out = [f".\\\" Made from <libivrs/{header}>.\n",
               f".TH {name} 3 {self.date} \"libivrs {self.version}\" \"Library Functions Manual\"\n",
               ".SH NAME\n", filled(f"{name} XX {first}", fonts=False).replace("XX", "\\-", 1),
               ".SH LIBRARY\n", filled(f"{library} ({flag}; pkg-config {pkg})"),
               f".SH SYNOPSIS\n.nf\n\\fB#include <libivrs/{header}>\\fP\n.fi\n.PP\n", prototype(function),
               ".SH DESCRIPTION\n", "\n.PP\n".join(filled(text).rstrip("\n") for text in [brief] + paragraphs(detail)) + "\n"]
        out += self.parameters(detail) + self.values(function)
        returns = [text for sect in sections(detail, "return") for text in paragraphs(sect)]
        if returns:
            out += [".SH RETURN VALUE\n"] + [filled(text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")) for text in returns]
            out += self.errors(returns)
        for title in ("Objects", "Threads"):
            texts = titled(detail, title) or titled(file.find("detaileddescription"), title)
            if texts:
                out += [f".SH {title.upper()}\n", "\n.PP\n".join(filled(text).rstrip("\n") for text in texts) + "\n"]
        since = " ".join(text for sect in sections(detail, "since") for text in paragraphs(sect))
        out += [".SH HISTORY\n", filled(f"Since libivrs {since}.")]
        related = [other for other in self.mentioned(function, self.functions) if other != name]
        also = [f".BR {other} (3)" for other in sorted(related)] + [".BR libivrs (3)"]
        return "".join(out) + ".SH SEE ALSO\n" + " ,\n".join(also) + "\n"

    @staticmethod
    def parameters(detail):
        out = []
        for item in detail.iter("parameteritem"):
            name = item.find("parameternamelist/parametername")
            text = " ".join(paragraphs(item.find("parameterdescription")))
            tag = f'.IR {name.text} " (output)"' if name.get("direction") == "out" else f".I {name.text}"
            out += [f".TP\n{tag}\n", filled(text)]
        return [".SH PARAMETERS\n"] + out if out else []

    def values(self, function):
        out = []
        for enum in (self.enums[ref] for ref in dict.fromkeys(r.get("refid") for r in function.iter("ref")) if ref in self.enums):
            for value in enum.findall("enumvalue"):
                number = (value.findtext("initializer") or "").strip("= \t\n")
                text = " ".join(paragraphs(value.find("briefdescription")) + paragraphs(value.find("detaileddescription")))
                out += [f'.TP\n.BR {value.findtext("name")} " ({number})"\n', filled(text)]
        return [".SH VALUES\n"] + out if out else []

    def errors(self, returns):
        """What the statuses mean that the function can return."""
        out = []
        for name in dict.fromkeys(re.findall(r"-(IVRS_E_\w+)", " ".join(returns))):
            meaning = next(v for e in self.enums.values() for v in e.findall("enumvalue") if v.findtext("name") == name)
            out += [f".TP\n.BR \\-{name}\n", filled(" ".join(paragraphs(meaning.find("detaileddescription"))
                                                        or paragraphs(meaning.find("briefdescription"))))]
        return [".SH ERRORS\n"] + out if out else []

    def write(self, directory):
        count = 0
        for file in self.files:
            header = file.findtext("compoundname")
            for function in file.iter("memberdef"):
                if function.get("kind") != "function":
                    continue
                page = directory / f"{function.findtext('name')}.3"
                page.write_text(self.page(header, file, function), encoding="ascii")
                count += 1
        return count


def main():
    source, target, version, date = sys.argv[1:]
    directory = pathlib.Path(target)
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.3"):
        old.unlink()
    if not Pages(pathlib.Path(source), version, date).write(directory):
        sys.exit(f"{source}: no function in it")


if __name__ == "__main__":
    main()
