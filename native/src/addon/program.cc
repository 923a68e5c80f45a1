// SPDX-License-Identifier: Apache-2.0
// What is done with one program.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common.h"

namespace sluice {
namespace {

Napi::Value progInfo(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  bpf_prog_info p{};
  uint32_t length = sizeof(p);
  if (bpf_obj_get_info_by_fd(fdAt(info, 0), &p, &length)) fail(env, errno, "program info");
  char tag[2 * sizeof(p.tag) + 1];
  for (size_t i = 0; i < sizeof(p.tag); i++) snprintf(tag + 2 * i, 3, "%02x", p.tag[i]);
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", std::string(p.name, strnlen(p.name, sizeof(p.name))));
  result.Set("id", p.id);
  result.Set("instructions", p.xlated_prog_len / 8);
  result.Set("verifiedInstructions", p.verified_insns);
  result.Set("tag", std::string(tag));
  return result;
}

/// testRun(fd, data, context | null, repeat, outputSize)
Napi::Value testRun(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  Napi::Buffer<uint8_t> data = bytes(info, 1);
  uint32_t room = number(info, 4);
  if (room > (1u << 20)) fail(env, EINVAL, "outputSize is above 1 MiB");
  Napi::Buffer<uint8_t> out = Napi::Buffer<uint8_t>::New(env, room);
  LIBBPF_OPTS(bpf_test_run_opts, opts);
  opts.data_in = data.Data();
  opts.data_size_in = data.Length();
  opts.data_out = out.Data();
  opts.data_size_out = room;
  uint32_t repeat = number(info, 3);
  if (repeat > INT32_MAX) fail(env, EINVAL, "repeat is out of range");
  opts.repeat = static_cast<int>(repeat);
  std::vector<uint8_t> context;
  if (!info[2].IsNull()) {
    Napi::Buffer<uint8_t> in = bytes(info, 2);
    context.resize(in.Length());
    opts.ctx_in = in.Data();
    opts.ctx_size_in = in.Length();
    opts.ctx_out = context.data();
    opts.ctx_size_out = context.size();
  }
  if (data.Length() > UINT32_MAX) fail(env, EINVAL, "data is too long");
  if (bpf_prog_test_run_opts(fdAt(info, 0), &opts)) fail(env, errno, "test run");
  Napi::Object result = Napi::Object::New(env);
  result.Set("retval", static_cast<int32_t>(opts.retval));
  result.Set("data", Napi::Buffer<uint8_t>::Copy(env, out.Data(), std::min(opts.data_size_out, room)));
  result.Set("context", context.empty() ? env.Null() : Napi::Value(Napi::Buffer<uint8_t>::Copy(env, context.data(), std::min<size_t>(opts.ctx_size_out, context.size()))));
  result.Set("duration", opts.duration);
  return result;
}

}  // namespace

void registerProgram(Napi::Env env, Napi::Object exports) {
  method(env, exports, "progInfo", progInfo);
  method(env, exports, "testRun", testRun);
}

}  // namespace sluice
