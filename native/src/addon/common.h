// SPDX-License-Identifier: Apache-2.0
// What the addon's files share: one way to fail, and checked arguments. The addon knows file descriptors and packed
// buffers only; handles with a lifetime are made of them in TypeScript.
#pragma once

#include <bpf/btf.h>
#include <napi.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace sluice {

/// Throws an Error with `errno`, `operation` and `log` (null where there is none); TypeScript makes a BpfError of it.
[[noreturn]] inline void fail(Napi::Env env, int error, const std::string &operation, const std::string &log = "") {
  if (error < 0) error = -error;
  Napi::Error e = Napi::Error::New(env, operation + ": " + strerror(error));
  e.Set("errno", Napi::Number::New(env, error));
  e.Set("operation", Napi::String::New(env, operation));
  e.Set("log", log.empty() ? env.Null() : Napi::Value(Napi::String::New(env, log)));
  throw e;
}

/// A whole number of 0 to 2^32 - 1.
inline uint32_t number(const Napi::Value &value, const std::string &what) {
  if (!value.IsNumber()) fail(value.Env(), EINVAL, what + " must be a number");
  double v = value.As<Napi::Number>().DoubleValue();
  if (!(v >= 0 && v <= UINT32_MAX) || v != static_cast<uint32_t>(v)) fail(value.Env(), EINVAL, what + " is out of range");
  return static_cast<uint32_t>(v);
}

inline uint32_t number(const Napi::CallbackInfo &info, size_t i) { return number(info[i], "argument " + std::to_string(i)); }

/// A descriptor.
inline int fdAt(const Napi::CallbackInfo &info, size_t i) {
  uint32_t fd = number(info, i);
  if (fd > INT32_MAX) fail(info.Env(), EBADF, "argument " + std::to_string(i));
  return static_cast<int>(fd);
}

/// The name at an offset of BTF's strings, empty where there is none.
inline const char *nameAt(const btf *types, uint32_t offset) {
  const char *name = btf__name_by_offset(types, offset);
  return name ? name : "";
}

inline std::string text(const Napi::CallbackInfo &info, size_t i) {
  if (!info[i].IsString()) fail(info.Env(), EINVAL, "argument " + std::to_string(i) + " must be a string");
  return info[i].As<Napi::String>().Utf8Value();
}

inline Napi::Buffer<uint8_t> bytes(const Napi::CallbackInfo &info, size_t i) {
  if (!info[i].IsBuffer()) fail(info.Env(), EINVAL, "argument " + std::to_string(i) + " must be a Buffer");
  return info[i].As<Napi::Buffer<uint8_t>>();
}

void registerObject(Napi::Env env, Napi::Object exports);
void registerProgram(Napi::Env env, Napi::Object exports);
void registerMap(Napi::Env env, Napi::Object exports);
void registerTc(Napi::Env env, Napi::Object exports);
void registerRing(Napi::Env env, Napi::Object exports);
void registerBtf(Napi::Env env, Napi::Object exports);
void registerMisc(Napi::Env env, Napi::Object exports);

inline void method(Napi::Env env, Napi::Object exports, const char *name, Napi::Value (*f)(const Napi::CallbackInfo &)) {
  exports.Set(name, Napi::Function::New(env, f, name));
}

}  // namespace sluice
