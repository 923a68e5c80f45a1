// SPDX-License-Identifier: Apache-2.0
// Pins, descriptors, the clock, mounts, interfaces.
#include <bpf/bpf.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

namespace sluice {
namespace {

Napi::Value pin(const Napi::CallbackInfo &info) {
  std::string path = text(info, 1);
  if (bpf_obj_pin(fdAt(info, 0), path.c_str())) fail(info.Env(), errno, "pin " + path);
  return info.Env().Undefined();
}

/// What a descriptor is: bpf-map, bpf-prog, bpf-link. The kernel tells by the name of the file only, which for links it
/// writes in two ways.
std::string kindOf(Napi::Env env, int fd) {
  char name[64];
  ssize_t length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), name, sizeof(name));
  if (length < 0) fail(env, errno, "tell what a descriptor is (wants /proc)");
  std::string target(name, static_cast<size_t>(length)), prefix = "anon_inode:";
  if (target.starts_with(prefix)) target.erase(0, prefix.size());
  return target == "bpf_link" ? "bpf-link" : target;
}

/// openPin(path, kind): fd | null where there is none
Napi::Value openPin(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string path = text(info, 0), kind = text(info, 1);
  int fd = bpf_obj_get(path.c_str());
  if (fd < 0 && errno == ENOENT) return env.Null();
  if (fd < 0) fail(env, errno, "open " + path);
  std::string is;
  try {
    is = kindOf(env, fd);
  } catch (...) {
    close(fd);
    throw;
  }
  if (is == kind) return Napi::Number::New(env, fd);
  close(fd);
  fail(env, EINVAL, "open " + path + ": it is a " + is + ", not a " + kind);
}

Napi::Value closeFd(const Napi::CallbackInfo &info) {
  close(fdAt(info, 0));
  return info.Env().Undefined();
}

Napi::Value monotonicNow(const Napi::CallbackInfo &info) {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(t.tv_sec) * 1000000000u + static_cast<uint64_t>(t.tv_nsec));
}

/// The folder must be there.
Napi::Value mountBpffs(const Napi::CallbackInfo &info) {
  std::string path = text(info, 0);
  struct statfs s {};
  if (statfs(path.c_str(), &s)) fail(info.Env(), errno, "statfs " + path);
  if (static_cast<uint64_t>(s.f_type) == BPF_FS_MAGIC) return info.Env().Undefined();
  if (mount("bpffs", path.c_str(), "bpf", 0, "mode=0700")) fail(info.Env(), errno, "mount bpffs on " + path);
  return info.Env().Undefined();
}

Napi::Value ifindex(const Napi::CallbackInfo &info) {
  uint32_t index = if_nametoindex(text(info, 0).c_str());
  return index ? Napi::Value(Napi::Number::New(info.Env(), index)) : info.Env().Null();
}

Napi::Value kernel(const Napi::CallbackInfo &info) {
  utsname u{};
  uname(&u);
  return Napi::String::New(info.Env(), u.release);
}

}  // namespace

void registerMisc(Napi::Env env, Napi::Object exports) {
  method(env, exports, "pin", pin);
  method(env, exports, "openPin", openPin);
  method(env, exports, "closeFd", closeFd);
  method(env, exports, "monotonicNow", monotonicNow);
  method(env, exports, "mountBpffs", mountBpffs);
  method(env, exports, "ifindex", ifindex);
  method(env, exports, "kernel", kernel);
}

}  // namespace sluice
