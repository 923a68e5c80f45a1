// SPDX-License-Identifier: Apache-2.0
// Attachment to tc hooks: TCX links (Linux 6.6, kernel commit e420bed02507) by the raw system call, which libbpf 1.1
// lacks, and clsact filters.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "common.h"

namespace sluice {
namespace {

constexpr uint32_t kProgQuery = 16;        // BPF_PROG_QUERY
constexpr uint32_t kLinkCreate = 28;       // BPF_LINK_CREATE
constexpr uint32_t kTcxIngress = 46;       // BPF_TCX_INGRESS
constexpr uint32_t kBefore = 1u << 3;      // BPF_F_BEFORE; relative to nothing: the head
constexpr uint32_t kLinkTypeTcx = 11;      // BPF_LINK_TYPE_TCX
constexpr uint32_t kMostPrograms = 64;     // BPF_MPROG_MAX

/// union bpf_attr, link_create with tcx, as of Linux 6.6.
struct LinkCreate {
  uint32_t prog_fd;
  uint32_t target_ifindex;
  uint32_t attach_type;
  uint32_t flags;
  uint32_t relative_fd;
  uint32_t pad;
  uint64_t expected_revision;
};

/// union bpf_attr, query, as of Linux 6.6.
struct Query {
  uint32_t target_ifindex, attach_type, query_flags, attach_flags;
  uint64_t prog_ids;
  uint32_t count, pad;
  uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

/// The head of struct bpf_link_info, tcx.
struct TcxInfo {
  uint32_t type, id, prog_id, pad, ifindex, attach_type;
  uint8_t rest[64];
};

/// tcxAttach(progFd, ifindex, egress): link fd
Napi::Value tcxAttach(const Napi::CallbackInfo &info) {
  LinkCreate attr{};
  attr.prog_fd = static_cast<uint32_t>(fdAt(info, 0));
  attr.target_ifindex = number(info, 1);
  attr.attach_type = kTcxIngress + number(info, 2);
  attr.flags = kBefore;
  long fd = syscall(SYS_bpf, kLinkCreate, &attr, sizeof(attr));
  if (fd < 0) fail(info.Env(), errno, "tcx attach");
  return Napi::Number::New(info.Env(), fd);
}

Napi::Value linkUpdate(const Napi::CallbackInfo &info) {
  if (bpf_link_update(fdAt(info, 0), fdAt(info, 1), nullptr)) fail(info.Env(), errno, "link update");
  return info.Env().Undefined();
}

Napi::Value linkDetach(const Napi::CallbackInfo &info) {
  if (bpf_link_detach(fdAt(info, 0))) fail(info.Env(), errno, "link detach");
  return info.Env().Undefined();
}

/// linkInfo(fd): {tcx, programId, ifindex, egress}
Napi::Value linkInfo(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  TcxInfo link{};
  uint32_t length = sizeof(link);
  if (bpf_obj_get_info_by_fd(fdAt(info, 0), &link, &length)) fail(env, errno, "link info");
  Napi::Object result = Napi::Object::New(env);
  result.Set("id", link.id);
  result.Set("tcx", link.type == kLinkTypeTcx);
  result.Set("programId", link.prog_id);
  result.Set("ifindex", link.ifindex);
  result.Set("egress", link.attach_type - kTcxIngress);
  return result;
}

Napi::Array arrayOf(Napi::Env env, const uint32_t *numbers, uint32_t count) {
  Napi::Array result = Napi::Array::New(env, count);
  for (uint32_t i = 0; i < count; i++) result.Set(i, numbers[i]);
  return result;
}

/// tcxQuery(ifindex, egress): {programs, links}, ids in their order
Napi::Value tcxQuery(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  uint32_t programs[kMostPrograms]{}, links[kMostPrograms]{};
  Query attr{};
  attr.target_ifindex = number(info, 0);
  attr.attach_type = kTcxIngress + number(info, 1);
  attr.prog_ids = reinterpret_cast<uint64_t>(programs);
  attr.link_ids = reinterpret_cast<uint64_t>(links);
  attr.count = kMostPrograms;
  if (syscall(SYS_bpf, kProgQuery, &attr, sizeof(attr))) fail(env, errno, "tcx query");
  uint32_t count = std::min(attr.count, kMostPrograms);
  Napi::Object result = Napi::Object::New(env);
  result.Set("programs", arrayOf(env, programs, count));
  result.Set("links", arrayOf(env, links, count));
  return result;
}

bpf_tc_hook hookOf(const Napi::CallbackInfo &info) {
  bpf_tc_hook hook{};
  hook.sz = sizeof(hook);
  hook.ifindex = fdAt(info, 0);
  hook.attach_point = number(info, 1) ? BPF_TC_EGRESS : BPF_TC_INGRESS;
  return hook;
}

bpf_tc_opts slot() {
  bpf_tc_opts opts{};
  opts.sz = sizeof(opts);
  opts.handle = 1;
  opts.priority = 1;
  return opts;
}

/// clsactAttach(ifindex, egress, progFd); the filter is replaced atomically where there is one
Napi::Value clsactAttach(const Napi::CallbackInfo &info) {
  bpf_tc_hook both = hookOf(info), hook = both;
  both.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
  int e = bpf_tc_hook_create(&both);
  if (e && e != -EEXIST) fail(info.Env(), e, "clsact create");
  bpf_tc_opts opts = slot();
  opts.prog_fd = fdAt(info, 2);
  opts.flags = BPF_TC_F_REPLACE;
  if (int error = bpf_tc_attach(&hook, &opts)) fail(info.Env(), error, "clsact attach");
  return info.Env().Undefined();
}

Napi::Value clsactDetach(const Napi::CallbackInfo &info) {
  bpf_tc_hook hook = hookOf(info);
  bpf_tc_opts opts = slot();
  int e = bpf_tc_detach(&hook, &opts);
  if (e && e != -ENOENT && e != -ENODEV && e != -EINVAL) fail(info.Env(), e, "clsact detach");
  return info.Env().Undefined();
}

/// clsactQuery(ifindex, egress): program id | null
Napi::Value clsactQuery(const Napi::CallbackInfo &info) {
  bpf_tc_hook hook = hookOf(info);
  bpf_tc_opts opts = slot();
  int e = bpf_tc_query(&hook, &opts);
  if (e == -ENOENT || e == -ENODEV || e == -EINVAL) return info.Env().Null();
  if (e) fail(info.Env(), e, "clsact query");
  return Napi::Number::New(info.Env(), opts.prog_id);
}

}  // namespace

void registerTc(Napi::Env env, Napi::Object exports) {
  method(env, exports, "tcxAttach", tcxAttach);
  method(env, exports, "linkUpdate", linkUpdate);
  method(env, exports, "linkDetach", linkDetach);
  method(env, exports, "linkInfo", linkInfo);
  method(env, exports, "tcxQuery", tcxQuery);
  method(env, exports, "clsactAttach", clsactAttach);
  method(env, exports, "clsactDetach", clsactDetach);
  method(env, exports, "clsactQuery", clsactQuery);
}

}  // namespace sluice
