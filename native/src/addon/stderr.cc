// SPDX-License-Identifier: Apache-2.0
// Debian's libbpf.a is compiled for executables: its one direct reference to a datum outside of it, stderr, cannot stand
// in a shared object. The linker's --wrap turns it into this variable, which belongs to the addon.
#include <cstdio>

extern "C" {
extern FILE *__real_stderr;
__attribute__((visibility("hidden"))) FILE *__wrap_stderr = nullptr;
}

namespace {
__attribute__((constructor)) void keepStderr() { __wrap_stderr = __real_stderr; }
}  // namespace
