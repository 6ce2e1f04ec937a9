#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checks of headers.py find what they are for."""
import os
import pathlib
import tempfile
import unittest

import headers

GOOD = """/* SPDX */
/**
 * @file x.h
 * @par Threads
 * Any.
 */
#ifndef X_H
#define X_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
typedef struct ivrs_x ivrs_x; /**< an x */
struct ivrs_y; /* elsewhere */
#define IVRS_X_LIMIT \\
	10u /**< as many */
/** Kinds. */
enum ivrs_kind {
	IVRS_KIND_A =
		1, /**< the first; not the last */
	IVRS_KIND_B = 2, /**< the last */
};
/**
 * @brief Do it.
 * @param x what, with a ; in the text
 * @return 0
 * @since 0.1
 */
int ivrs_x_do(const ivrs_x *x,
	      char text[9]);
/** @brief Count. @since 0.1 */
uint32_t ivrs_x_count(void);
#ifdef __cplusplus
}
#endif
#endif
"""


class Headers(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def write(self, text, name="x.h"):
        path = pathlib.Path(self.directory.name) / name
        path.write_text(text, encoding="ascii")
        return path

    def problems(self, text):
        return headers.check_documented([self.write(text)])

    def test_reads(self):
        items, _ = headers.read_headers([self.write(GOOD)])
        self.assertEqual([(item.kind, item.name) for item in items],
                         [("type", "ivrs_x"), ("macro", "IVRS_X_LIMIT"), ("type", "ivrs_kind"), ("enumerator", "IVRS_KIND_A"),
                          ("enumerator", "IVRS_KIND_B"), ("function", "ivrs_x_do"), ("function", "ivrs_x_count")])
        self.assertEqual(items[5].parameters, ["x", "text"])

    def test_good(self):
        self.assertEqual(self.problems(GOOD), [])

    def test_undocumented(self):
        for text, name in ((" /**< an x */", "ivrs_x"), (" /**< as many */", "IVRS_X_LIMIT"), ("/** Kinds. */\n", "ivrs_kind"),
                           (" /**< the last */", "IVRS_KIND_B"), ("/** @brief Count. @since 0.1 */\n", "ivrs_x_count")):
            found = self.problems(GOOD.replace(text, ""))
            self.assertEqual(len(found), 1, found)
            self.assertRegex(found[0], rf"\b{name} is not documented")

    def test_a_plain_comment_documents_nothing(self):
        self.assertEqual(len(self.problems(GOOD.replace("/** @brief Count", "/* @brief Count"))), 1)

    def test_incomplete(self):
        for old, new, word in (("@since 0.1 */", "*/", "@since"), (" * @return 0\n", "", "@return"),
                               ("@param x ", "@param y ", "no parameter"), ("@par Threads", "@par Wool", "Threads")):
            found = self.problems(GOOD.replace(old, new))
            self.assertEqual(len(found), 1, found)
            self.assertIn(word, found[0])

    def test_exports(self):
        header = self.write(GOOD)
        names = {"ivrs_x_do": "V_1", "ivrs_x_count": "V_1"}
        script = self.write("/* ivrs_not; */ V_1 {\nglobal:\n\tivrs_x_do;\n\tivrs_x_count;\nlocal:\n\t*;\n};\n", "x.map")

        def problems(built):
            real, headers.read_exports = headers.read_exports, lambda library: built
            try:
                return headers.check_exports(script, "x.so", [header])[0]
            finally:
                headers.read_exports = real

        self.assertEqual(problems(names), [])
        self.assertRegex(problems(names | {"leak": "V_1"})[0], "leak: exported")
        self.assertRegex(problems({"ivrs_x_do": "V_1"})[0], "ivrs_x_count: .* doesn't export")
        self.assertRegex(problems(names | {"ivrs_x_do": ""})[0], "no version")
        script.write_text(script.read_text().replace("\tivrs_x_do;\n", "\tivrs_gone;\n"))
        self.assertEqual(len(problems(names)), 4)


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    unittest.main()
