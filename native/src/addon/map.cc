// SPDX-License-Identifier: Apache-2.0
// Maps by descriptor. TypeScript checks sizes against mapInfo and explains; here they are checked once more, since the
// kernel reads and writes as much as the map says.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "common.h"

namespace sluice {
namespace {

constexpr uint64_t kLargestBatch = 256u << 20;

/// The bytes of a buffer that has exactly this length.
uint8_t *exactly(const Napi::CallbackInfo &info, size_t i, uint64_t length) {
  Napi::Buffer<uint8_t> buffer = bytes(info, i);
  if (buffer.Length() != length) {
    fail(info.Env(), EINVAL, "argument " + std::to_string(i) + " has " + std::to_string(length) + " bytes, got " + std::to_string(buffer.Length()));
  }
  return buffer.Data();
}

bpf_map_info infoOf(const Napi::CallbackInfo &info) {
  bpf_map_info m{};
  uint32_t length = sizeof(m);
  if (bpf_obj_get_info_by_fd(fdAt(info, 0), &m, &length)) fail(info.Env(), errno, "map info");
  return m;
}

Napi::Value mapInfo(const Napi::CallbackInfo &info) {
  bpf_map_info m = infoOf(info);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("name", std::string(m.name, strnlen(m.name, sizeof(m.name))));
  result.Set("type", m.type);
  result.Set("id", m.id);
  result.Set("keySize", m.key_size);
  result.Set("valueSize", m.value_size);
  result.Set("maxEntries", m.max_entries);
  result.Set("flags", m.map_flags);
  return result;
}

/// mapCreate(type, name, keySize, valueSize, maxEntries, flags, innerFd | null): fd
Napi::Value mapCreate(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  LIBBPF_OPTS(bpf_map_create_opts, opts);
  opts.map_flags = number(info, 5);
  if (!info[6].IsNull()) opts.inner_map_fd = fdAt(info, 6);
  std::string name = text(info, 1);
  auto type = static_cast<bpf_map_type>(number(info, 0));
  int fd = bpf_map_create(type, name.c_str(), number(info, 2), number(info, 3), number(info, 4), &opts);
  if (fd < 0) fail(env, fd, "create map " + name);
  return Napi::Number::New(env, fd);
}

/// mapGet(fd, key, keySize, valueBytes): Buffer | null
Napi::Value mapGet(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint8_t *key = exactly(info, 1, number(info, 2));
  Napi::Buffer<uint8_t> value = Napi::Buffer<uint8_t>::New(env, number(info, 3));
  if (bpf_map_lookup_elem(fdAt(info, 0), key, value.Data())) {
    if (errno == ENOENT) return env.Null();
    fail(env, errno, "map look-up");
  }
  return value;
}

/// mapUpdate(fd, key, value, keySize, valueBytes, flags)
Napi::Value mapUpdate(const Napi::CallbackInfo &info) {
  uint8_t *key = exactly(info, 1, number(info, 3)), *value = exactly(info, 2, number(info, 4));
  if (bpf_map_update_elem(fdAt(info, 0), key, value, number(info, 5))) fail(info.Env(), errno, "map update");
  return info.Env().Undefined();
}

/// mapDelete(fd, key, keySize): whether it was there
Napi::Value mapDelete(const Napi::CallbackInfo &info) {
  if (bpf_map_delete_elem(fdAt(info, 0), exactly(info, 1, number(info, 2)))) {
    if (errno == ENOENT) return Napi::Boolean::New(info.Env(), false);
    fail(info.Env(), errno, "map delete");
  }
  return Napi::Boolean::New(info.Env(), true);
}

Napi::Array pair(Napi::Env env, int error, uint32_t count) {
  Napi::Array result = Napi::Array::New(env, 2);
  result.Set(0u, error);
  result.Set(1u, count);
  return result;
}

/// mapUpdateBatch(fd, keys, values, keySize, valueBytes, count): [errno, written]
Napi::Value mapUpdateBatch(const Napi::CallbackInfo &info) {
  uint32_t count = number(info, 5);
  uint8_t *keys = exactly(info, 1, uint64_t(count) * number(info, 3));
  uint8_t *values = exactly(info, 2, uint64_t(count) * number(info, 4));
  LIBBPF_OPTS(bpf_map_batch_opts, opts);
  int error = bpf_map_update_batch(fdAt(info, 0), keys, values, &count, &opts) ? errno : 0;
  return pair(info.Env(), error, count);
}

/// mapDeleteBatch(fd, keys, keySize, count): [errno, deleted]. The kernel stops at a key that is not there (ENOENT): it is
/// left out and the rest goes on.
Napi::Value mapDeleteBatch(const Napi::CallbackInfo &info) {
  uint32_t size = number(info, 2), count = number(info, 3), deleted = 0;
  uint8_t *keys = exactly(info, 1, uint64_t(count) * size);
  LIBBPF_OPTS(bpf_map_batch_opts, opts);
  for (uint32_t from = 0; from < count;) {
    uint32_t left = count - from, done = left;
    if (bpf_map_delete_batch(fdAt(info, 0), keys + size_t(from) * size, &done, &opts) == 0) {
      deleted += done;
      break;
    }
    if (errno != ENOENT || done >= left) return pair(info.Env(), errno, deleted);
    deleted += done;
    from += done + 1;
  }
  return pair(info.Env(), 0, deleted);
}

/// mapLookupBatch(fd, token | null, count, keySize, valueBytes): {errno, keys, values, count, token}
Napi::Value mapLookupBatch(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint32_t count = number(info, 2), keySize = number(info, 3), valueBytes = number(info, 4);
  // The kernel writes a u32 for hashes and a whole key for the others.
  uint32_t tokenSize = keySize < 4 ? 4 : keySize;
  if (uint64_t(count) * (uint64_t(keySize) + valueBytes) > kLargestBatch) fail(env, E2BIG, "map look-up batch");
  auto keys = Napi::Buffer<uint8_t>::New(env, size_t(count) * keySize);
  auto values = Napi::Buffer<uint8_t>::New(env, size_t(count) * valueBytes);
  auto token = Napi::Buffer<uint8_t>::New(env, tokenSize);
  void *in = info[1].IsNull() ? nullptr : exactly(info, 1, tokenSize);
  LIBBPF_OPTS(bpf_map_batch_opts, opts);
  uint32_t found = count;
  int error = bpf_map_lookup_batch(fdAt(info, 0), in, token.Data(), keys.Data(), values.Data(), &found, &opts) ? errno : 0;
  // With these two a part was read: the end of the map, or an element that went away meanwhile. Else nothing is written.
  bool read = error == 0 || error == ENOENT || error == EINTR;
  Napi::Object result = Napi::Object::New(env);
  result.Set("errno", error);
  result.Set("keys", keys);
  result.Set("values", values);
  result.Set("count", read && found <= count ? found : 0u);
  result.Set("token", token);
  return result;
}

/// mapNextKey(fd, key | null, keySize): Buffer | null
Napi::Value mapNextKey(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint32_t size = number(info, 2);
  auto next = Napi::Buffer<uint8_t>::New(env, size);
  void *key = info[1].IsNull() ? nullptr : exactly(info, 1, size);
  if (bpf_map_get_next_key(fdAt(info, 0), key, next.Data())) {
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

/// CPUs that a per-CPU map has a value for: the possible ones, not those online.
Napi::Value possibleCpus(const Napi::CallbackInfo &info) {
  int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) fail(info.Env(), cpus, "count the possible CPUs");
  return Napi::Number::New(info.Env(), cpus);
}

}  // namespace

void registerMap(Napi::Env env, Napi::Object exports) {
  method(env, exports, "mapInfo", mapInfo);
  method(env, exports, "mapCreate", mapCreate);
  method(env, exports, "mapGet", mapGet);
  method(env, exports, "mapUpdate", mapUpdate);
  method(env, exports, "mapDelete", mapDelete);
  method(env, exports, "mapUpdateBatch", mapUpdateBatch);
  method(env, exports, "mapDeleteBatch", mapDeleteBatch);
  method(env, exports, "mapLookupBatch", mapLookupBatch);
  method(env, exports, "mapNextKey", mapNextKey);
  method(env, exports, "mapById", mapById);
  method(env, exports, "possibleCpus", possibleCpus);
}

}  // namespace sluice
