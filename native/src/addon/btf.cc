// SPDX-License-Identifier: Apache-2.0
// Structs and enums of an object's BTF.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <memory>

#include "common.h"

namespace sluice {
namespace {

/// A chain of types longer than this is none that a compiler made.
constexpr int kDepth = 32;

using Btf = std::unique_ptr<btf, decltype(&btf__free)>;

/// The name of a type as C would write it; typedefs keep theirs, so __be16 can be told from __u16.
std::string typeName(const btf *types, uint32_t id, int depth = 0) {
  const btf_type *t = btf__type_by_id(types, id);
  if (!t || btf_is_void(t) || depth > kDepth) return "void";
  std::string name = nameAt(types, t->name_off);
  if (btf_is_ptr(t)) return typeName(types, t->type, depth + 1) + " *";
  if (btf_is_mod(t)) return typeName(types, t->type, depth + 1);
  if (btf_is_struct(t)) return "struct " + name;
  if (btf_is_union(t)) return "union " + name;
  if (btf_is_any_enum(t)) return "enum " + name;
  return name;
}

Napi::Object structOf(Napi::Env env, const btf *types, const btf_type *t) {
  Napi::Array members = Napi::Array::New(env);
  const btf_member *m = btf_members(t);
  for (int i = 0; i < btf_vlen(t); i++, m++) {
    uint32_t id = m->type, array = 0;
    const btf_type *member = btf__type_by_id(types, id);
    for (int depth = 0; member && btf_is_mod(member) && depth < kDepth; depth++) member = btf__type_by_id(types, id = member->type);
    if (member && btf_is_array(member)) {
      array = btf_array(member)->nelems;
      id = btf_array(member)->type;
    }
    Napi::Object o = Napi::Object::New(env);
    o.Set("name", nameAt(types, m->name_off));
    o.Set("offset", btf_member_bit_offset(t, i) / 8);
    o.Set("size", Napi::Number::New(env, static_cast<double>(btf__resolve_size(types, m->type))));
    o.Set("type", typeName(types, id));
    o.Set("array", array);
    members.Set(members.Length(), o);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", nameAt(types, t->name_off));
  result.Set("size", t->size);
  result.Set("members", members);
  return result;
}

Napi::Object enumOf(Napi::Env env, const btf *types, const btf_type *t) {
  Napi::Object values = Napi::Object::New(env);
  for (int i = 0; i < btf_vlen(t); i++) {
    if (btf_is_enum64(t)) {
      const struct btf_enum64 &e = btf_enum64(t)[i];
      values.Set(nameAt(types, e.name_off), Napi::Number::New(env, btf_kflag(t) ? static_cast<double>(static_cast<int64_t>(btf_enum64_value(&e))) : static_cast<double>(btf_enum64_value(&e))));
    } else {
      const struct btf_enum &e = btf_enum(t)[i];
      values.Set(nameAt(types, e.name_off), Napi::Number::New(env, btf_kflag(t) ? static_cast<double>(e.val) : static_cast<double>(static_cast<uint32_t>(e.val))));
    }
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", nameAt(types, t->name_off));
  result.Set("values", values);
  return result;
}

Napi::Value dumpBtf(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string path = text(info, 0);
  Btf types(btf__parse(path.c_str(), nullptr), btf__free);
  if (!types) fail(env, errno, "read BTF of " + path);
  Napi::Array structs = Napi::Array::New(env), enums = Napi::Array::New(env);
  for (uint32_t id = 1; id < btf__type_cnt(types.get()); id++) {
    const btf_type *t = btf__type_by_id(types.get(), id);
    if (btf_is_struct(t)) structs.Set(structs.Length(), structOf(env, types.get(), t));
    if (btf_is_any_enum(t)) enums.Set(enums.Length(), enumOf(env, types.get(), t));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("structs", structs);
  result.Set("enums", enums);
  return result;
}

}  // namespace

void registerBtf(Napi::Env env, Napi::Object exports) { method(env, exports, "dumpBtf", dumpBtf); }

}  // namespace sluice
