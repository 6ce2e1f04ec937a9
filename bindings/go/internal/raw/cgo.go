// SPDX-License-Identifier: LGPL-2.1-or-later

// Package raw is the C library as SWIG wraps it: raw.go and raw_wrap.c are generated from bindings/ivrs.i by the script
// regenerate. Everything that makes it safe stands in package ivrs.
package raw

// #cgo pkg-config: libivrs
import "C"

import "unsafe"

// The generated code is for an int of 64 bits; elsewhere this doesn't compile.
var _ [unsafe.Sizeof(int(0)) - 8]byte
