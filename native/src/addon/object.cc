// SPDX-License-Identifier: Apache-2.0
// Loading of ELF objects.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <vector>

#include "common.h"

namespace sluice {
namespace {

using Object = std::unique_ptr<bpf_object, decltype(&bpf_object__close)>;

// Kernels before 6.4 keep the head of a log and refuse the load where it does not fit; the reason stands at the end.
constexpr size_t kLogSize = 4 << 20, kLogKept = 1 << 20;

/// What libbpf complains of while a Complaints is alive, in this thread; it would write to stderr otherwise.
class Complaints {
 public:
  Complaints() { current = &text_; }
  ~Complaints() { current = nullptr; }
  Complaints(const Complaints &) = delete;
  Complaints &operator=(const Complaints &) = delete;

  const std::string &text() const { return text_; }

  static int print(libbpf_print_level level, const char *format, va_list arguments) {
    if (level != LIBBPF_WARN || !current || current->size() > kLogKept) return 0;
    char line[1024];
    int length = vsnprintf(line, sizeof(line), format, arguments);
    if (length > 0) current->append(line);
    return length;
  }

 private:
  static thread_local std::string *current;
  std::string text_;
};
thread_local std::string *Complaints::current = nullptr;

Napi::Object section(const Napi::Object &options, const char *name) {
  Napi::Value v = options.Get(name);
  if (!v.IsObject()) fail(options.Env(), EINVAL, std::string(name) + " must be an object");
  return v.As<Napi::Object>();
}

bpf_map *mapOf(Napi::Env env, bpf_object *object, const std::string &name) {
  bpf_map *map = bpf_object__find_map_by_name(object, name.c_str());
  if (!map) fail(env, ENOENT, "the object has no map " + name);
  return map;
}

/// The map that holds .rodata; the names of such maps are cut off at the front ("endpoint.rodata").
bpf_map *rodataMap(bpf_object *object) {
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (std::string(bpf_map__name(map)).ends_with(".rodata")) return map;
  }
  return nullptr;
}

const btf_var_secinfo *variable(const btf *types, const btf_type *datasec, const std::string &name) {
  const btf_var_secinfo *info = btf_var_secinfos(datasec);
  for (int i = 0; i < btf_vlen(datasec); i++, info++) {
    if (name == nameAt(types, btf__type_by_id(types, info->type)->name_off)) return info;
  }
  return nullptr;
}

void setRodata(Napi::Env env, bpf_object *object, const Napi::Object &values) {
  Napi::Array names = values.GetPropertyNames();
  if (names.Length() == 0) return;
  const btf *types = bpf_object__btf(object);
  bpf_map *map = rodataMap(object);
  int id = types ? btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : -1;
  size_t size = 0;
  auto *initial = map ? static_cast<const uint8_t *>(bpf_map__initial_value(map, &size)) : nullptr;
  if (!initial || id < 0) fail(env, ENOENT, "the object has no .rodata");
  std::vector<uint8_t> data(initial, initial + size);
  const btf_type *datasec = btf__type_by_id(types, static_cast<uint32_t>(id));
  for (uint32_t n = 0; n < names.Length(); n++) {
    std::string name = names.Get(n).ToString();
    Napi::Value value = values.Get(name);
    if (!value.IsBuffer()) fail(env, EINVAL, "rodata " + name + " must be a Buffer");
    auto buffer = value.As<Napi::Buffer<uint8_t>>();
    const btf_var_secinfo *info = variable(types, datasec, name);
    if (!info) fail(env, ENOENT, "the object has no read-only variable " + name);
    if (buffer.Length() != info->size || info->offset + info->size > size) {
      fail(env, EINVAL, "rodata " + name + " has " + std::to_string(info->size) + " bytes, got " + std::to_string(buffer.Length()));
    }
    if (info->size > 0) memcpy(data.data() + info->offset, buffer.Data(), info->size);
  }
  if (int e = bpf_map__set_initial_value(map, data.data(), size)) fail(env, e, "set .rodata");
}

void setMaxEntries(Napi::Env env, bpf_object *object, const Napi::Object &maxEntries) {
  Napi::Array names = maxEntries.GetPropertyNames();
  for (uint32_t n = 0; n < names.Length(); n++) {
    std::string name = names.Get(n).ToString();
    bpf_map *map = mapOf(env, object, name);
    uint32_t entries = number(maxEntries.Get(name), "max_entries of " + name);
    if (int e = bpf_map__set_max_entries(map, entries)) fail(env, e, "max_entries of " + name);
  }
}

std::string shape(uint32_t type, uint32_t key, uint32_t value) {
  return "type " + std::to_string(type) + ", keys of " + std::to_string(key) + " and values of " + std::to_string(value) + " bytes";
}

/// libbpf takes any map; programs would read it as what they declare.
void reuseMap(Napi::Env env, bpf_map *map, const std::string &name, int fd) {
  bpf_map_info m{};
  uint32_t length = sizeof(m);
  if (bpf_obj_get_info_by_fd(fd, &m, &length)) fail(env, errno, "reuse of map " + name);
  std::string has = shape(m.type, m.key_size, m.value_size);
  std::string wants = shape(bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map));
  if (has != wants) fail(env, EINVAL, "reuse of map " + name + ": declared with " + wants + ", got " + has);
  if (int e = bpf_map__reuse_fd(map, fd)) fail(env, e, "reuse of map " + name);
}

void setReused(Napi::Env env, bpf_object *object, const Napi::Object &reuse) {
  Napi::Array names = reuse.GetPropertyNames();
  std::vector<bpf_map *> maps;
  // All are found first: a reused map takes the name that the kernel has for it.
  for (uint32_t n = 0; n < names.Length(); n++) maps.push_back(mapOf(env, object, names.Get(n).ToString()));
  for (uint32_t n = 0; n < names.Length(); n++) {
    std::string name = names.Get(n).ToString();
    reuseMap(env, maps[n], name, static_cast<int>(number(reuse.Get(name), "reuse of " + name)));
  }
}

std::vector<std::string> mapNames(bpf_object *object) {
  std::vector<std::string> names;
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, object) names.emplace_back(bpf_map__name(map));
  return names;
}

/// An object with the names its maps are declared with.
struct Opened {
  Object object;
  std::vector<std::string> maps;
};

Opened open(Napi::Env env, const std::string &path, const Napi::Object &options, char *log) {
  LIBBPF_OPTS(bpf_object_open_opts, opts);
  Napi::Value pin = options.Get("pinPath");
  if (!pin.IsString() && !pin.IsNull()) fail(env, EINVAL, "pinPath must be a string or null");
  std::string pinPath = pin.IsString() ? pin.As<Napi::String>().Utf8Value() : "";
  if (!pinPath.empty()) opts.pin_root_path = pinPath.c_str();
  if (log) {
    opts.kernel_log_buf = log;
    opts.kernel_log_size = kLogSize;
    opts.kernel_log_level = 1;
  }
  Complaints complaints;
  Object object(bpf_object__open_file(path.c_str(), &opts), bpf_object__close);
  if (!object) fail(env, errno, "open " + path, complaints.text());
  // Without a pin path nothing is pinned by name: tests load the same objects privately.
  bpf_map *map = nullptr;
  if (pinPath.empty()) {
    bpf_object__for_each_map(map, object.get()) bpf_map__set_pin_path(map, nullptr);
  }
  setRodata(env, object.get(), section(options, "rodata"));
  setMaxEntries(env, object.get(), section(options, "maxEntries"));
  std::vector<std::string> names = mapNames(object.get());
  setReused(env, object.get(), section(options, "reuse"));
  return {std::move(object), std::move(names)};
}

/// The verifier's words where there are any, else libbpf's; of a long log the end, where the reason stands.
std::string reason(const std::string &verifier, const std::string &libbpf) {
  const std::string &all = verifier.empty() ? libbpf : verifier;
  return all.size() > kLogKept ? all.substr(all.size() - kLogKept) : all;
}

/// The verifier gives up with EAGAIN where a signal waits for the thread: under a profiler no program would ever load.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked &) = delete;
  SignalsBlocked &operator=(const SignalsBlocked &) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// Loaded, or the error with the log, which costs too much to ask for each time.
Opened load(Napi::Env env, const std::string &path, const Napi::Object &options) {
  SignalsBlocked blocked;
  Opened opened = open(env, path, options, nullptr);
  int error = 0;
  {
    Complaints complaints;
    error = bpf_object__load(opened.object.get());
    if (error == 0) return opened;
  }
  std::vector<char> log(kLogSize);
  opened = open(env, path, options, log.data());
  Complaints complaints;
  // Where what hindered the first time is gone: the buffer is needed while it loads only.
  if (bpf_object__load(opened.object.get()) == 0) return opened;
  fail(env, error, "load " + path, reason(log.data(), complaints.text()));
}

/// Descriptors that are closed again unless they are handed out.
class Descriptors {
 public:
  Descriptors() = default;
  Descriptors(const Descriptors &) = delete;
  Descriptors &operator=(const Descriptors &) = delete;
  ~Descriptors() {
    for (int fd : held_) close(fd);
  }
  int copyOf(Napi::Env env, int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) fail(env, errno, "dup");
    held_.push_back(copy);
    return copy;
  }
  void handOut() { held_.clear(); }

 private:
  std::vector<int> held_;
};

void add(Napi::Array to, const std::string &name, int fd) {
  Napi::Object entry = Napi::Object::New(to.Env());
  entry.Set("name", name);
  entry.Set("fd", fd);
  to.Set(to.Length(), entry);
}

/// loadObject(path, options): {programs, maps}. The object is closed again: they live on by their descriptors.
Napi::Value loadObject(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string path = text(info, 0);
  if (!info[1].IsObject()) fail(env, EINVAL, "options must be an object");
  auto [object, names] = load(env, path, info[1].As<Napi::Object>());
  Descriptors descriptors;
  Napi::Array programs = Napi::Array::New(env), maps = Napi::Array::New(env);
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, object.get()) {
    if (!bpf_program__autoload(program)) continue;
    add(programs, bpf_program__name(program), descriptors.copyOf(env, bpf_program__fd(program)));
  }
  bpf_map *map = nullptr;
  size_t next = 0;
  bpf_object__for_each_map(map, object.get()) {
    const std::string &name = names.at(next++);
    if (bpf_map__fd(map) >= 0) add(maps, name, descriptors.copyOf(env, bpf_map__fd(map)));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("programs", programs);
  result.Set("maps", maps);
  descriptors.handOut();
  return result;
}

}  // namespace

void registerObject(Napi::Env env, Napi::Object exports) {
  libbpf_set_print(Complaints::print);
  method(env, exports, "loadObject", loadObject);
}

}  // namespace sluice
