// SPDX-License-Identifier: Apache-2.0
// Maps by descriptor. Sizes are checked in TypeScript against mapInfo and once more here where memory depends on them.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common.h"

namespace sluice {
namespace {

int fdOf(const Napi::CallbackInfo &info) { return static_cast<int>(number(info, 0)); }

Napi::Value mapInfo(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  bpf_map_info m{};
  uint32_t length = sizeof(m);
  if (bpf_obj_get_info_by_fd(fdOf(info), &m, &length)) fail(env, errno, "map info");
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", std::string(m.name));
  result.Set("type", m.type);
  result.Set("id", m.id);
  result.Set("keySize", m.key_size);
  result.Set("valueSize", m.value_size);
  result.Set("maxEntries", m.max_entries);
  result.Set("flags", m.map_flags);
  return result;
}

/// mapCreate(type, name, keySize, valueSize, maxEntries, flags, innerFd | -1)
Napi::Value mapCreate(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  LIBBPF_OPTS(bpf_map_create_opts, opts);
  opts.map_flags = number(info, 5);
  int inner = info[6].ToNumber().Int32Value();
  if (inner >= 0) opts.inner_map_fd = inner;
  std::string name = text(info, 1);
  int fd = bpf_map_create(static_cast<bpf_map_type>(number(info, 0)), name.c_str(), number(info, 2), number(info, 3), number(info, 4), &opts);
  if (fd < 0) fail(env, fd, "create map " + name);
  return Napi::Number::New(env, fd);
}

/// mapGet(fd, key, valueBytes): Buffer | null
Napi::Value mapGet(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  Napi::Buffer<uint8_t> value = Napi::Buffer<uint8_t>::New(env, number(info, 2));
  if (bpf_map_lookup_elem(fdOf(info), bytes(info, 1).Data(), value.Data())) {
    if (errno == ENOENT) return env.Null();
    fail(env, errno, "map look-up");
  }
  return value;
}

Napi::Value mapUpdate(const Napi::CallbackInfo &info) {
  if (bpf_map_update_elem(fdOf(info), bytes(info, 1).Data(), bytes(info, 2).Data(), number(info, 3))) fail(info.Env(), errno, "map update");
  return info.Env().Undefined();
}

Napi::Value mapDelete(const Napi::CallbackInfo &info) {
  if (bpf_map_delete_elem(fdOf(info), bytes(info, 1).Data())) {
    if (errno == ENOENT) return Napi::Boolean::New(info.Env(), false);
    fail(info.Env(), errno, "map delete");
  }
  return Napi::Boolean::New(info.Env(), true);
}

/// mapUpdateBatch(fd, keys, values, count): [errno, written]
Napi::Value mapUpdateBatch(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint32_t count = number(info, 3);
  LIBBPF_OPTS(bpf_map_batch_opts, opts);
  int e = bpf_map_update_batch(fdOf(info), bytes(info, 1).Data(), bytes(info, 2).Data(), &count, &opts) ? errno : 0;
  Napi::Array result = Napi::Array::New(env, 2);
  result.Set(0u, e);
  result.Set(1u, count);
  return result;
}

/// mapLookupBatch(fd, token | null, count, keySize, valueBytes): {errno, keys, values, count, token}
Napi::Value mapLookupBatch(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint32_t count = number(info, 2), keySize = number(info, 3), valueBytes = number(info, 4);
  if (uint64_t(count) * (uint64_t(keySize) + valueBytes) > (256u << 20)) fail(env, E2BIG, "map look-up batch");
  auto keys = Napi::Buffer<uint8_t>::New(env, size_t(count) * keySize);
  auto values = Napi::Buffer<uint8_t>::New(env, size_t(count) * valueBytes);
  // The kernel writes a u32 for hashes and a whole key for the others.
  auto token = Napi::Buffer<uint8_t>::New(env, keySize < 4 ? 4 : keySize);
  void *in = info[1].IsBuffer() ? bytes(info, 1).Data() : nullptr;
  LIBBPF_OPTS(bpf_map_batch_opts, opts);
  int e = bpf_map_lookup_batch(fdOf(info), in, token.Data(), keys.Data(), values.Data(), &count, &opts) ? errno : 0;
  Napi::Object result = Napi::Object::New(env);
  result.Set("errno", e);
  result.Set("keys", keys);
  result.Set("values", values);
  result.Set("count", e && e != ENOENT ? 0u : count);
  result.Set("token", token);
  return result;
}

/// mapNextKey(fd, key | null, keySize): Buffer | null
Napi::Value mapNextKey(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  auto next = Napi::Buffer<uint8_t>::New(env, number(info, 2));
  void *key = info[1].IsBuffer() ? bytes(info, 1).Data() : nullptr;
  if (bpf_map_get_next_key(fdOf(info), key, next.Data())) {
    if (errno == ENOENT) return env.Null();
    fail(env, errno, "map next key");
  }
  return next;
}

Napi::Value mapById(const Napi::CallbackInfo &info) {
  int fd = bpf_map_get_fd_by_id(number(info, 0));
  if (fd < 0) fail(info.Env(), fd, "map by id");
  return Napi::Number::New(info.Env(), fd);
}

}  // namespace

void registerMap(Napi::Env env, Napi::Object exports) {
  method(env, exports, "mapInfo", mapInfo);
  method(env, exports, "mapCreate", mapCreate);
  method(env, exports, "mapGet", mapGet);
  method(env, exports, "mapUpdate", mapUpdate);
  method(env, exports, "mapDelete", mapDelete);
  method(env, exports, "mapUpdateBatch", mapUpdateBatch);
  method(env, exports, "mapLookupBatch", mapLookupBatch);
  method(env, exports, "mapNextKey", mapNextKey);
  method(env, exports, "mapById", mapById);
}

}  // namespace sluice
