// SPDX-License-Identifier: Apache-2.0
// The reader of a BPF ring buffer (kernel/bpf/ringbuf.c): one page with the consumer's position, one with the
// producer's, then the data mapped twice in a row. Records are copied out in batches, so JavaScript is called once a batch.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>

#include "common.h"

namespace sluice {
namespace {

constexpr uint32_t kBusy = 1u << 31, kDiscard = 1u << 30, kHeader = 8;

uint64_t padded(uint64_t length) { return (length + 7) & ~uint64_t(7); }

class Ring : public Napi::ObjectWrap<Ring> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Ring", {
      InstanceMethod<&Ring::drain>("drain"),
      InstanceMethod<&Ring::onReadable>("onReadable"),
      InstanceMethod<&Ring::close>("close"),
    });
  }

  /// new Ring(fd) reads a map of type RINGBUF through a descriptor of its own
  explicit Ring(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Ring>(info) {
    Napi::Env env = info.Env();
    int fd = fdAt(info, 0);
    bpf_map_info m{};
    uint32_t length = sizeof(m);
    if (bpf_obj_get_info_by_fd(fd, &m, &length)) fail(env, errno, "ring buffer info");
    if (m.type != BPF_MAP_TYPE_RINGBUF) fail(env, EINVAL, "the map is no ring buffer");
    size_ = m.max_entries;
    page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (fd_ < 0) fail(env, errno, "dup");
    consumer_ = map(env, page_, PROT_READ | PROT_WRITE, 0);
    producer_ = map(env, page_ + 2 * size_, PROT_READ, page_);
  }

  ~Ring() override { release(); }

 private:
  struct Watch {
    uv_poll_t handle;
    Ring *ring;
  };

  uint8_t *map(Napi::Env env, size_t length, int protection, size_t offset) {
    void *p = mmap(nullptr, length, protection, MAP_SHARED, fd_, static_cast<off_t>(offset));
    if (p == MAP_FAILED) {
      int e = errno;
      release();
      fail(env, e, "map the ring buffer");
    }
    return static_cast<uint8_t *>(p);
  }

  static void freeWatch(uv_handle_t *handle) { delete static_cast<Watch *>(handle->data); }

  /// Ends before the loop does: a worker thread may go while it still watches.
  static void atExit(void *ring) { static_cast<Ring *>(ring)->stopWatching(); }

  void stopWatching() {
    if (!watch_) return;
    napi_remove_env_cleanup_hook(Env(), atExit, this);
    uv_poll_stop(&watch_->handle);
    watch_->ring = nullptr;
    uv_close(reinterpret_cast<uv_handle_t *>(&watch_->handle), freeWatch);
    watch_ = nullptr;
    callback_.Reset();
    Unref();
  }

  void release() {
    stopWatching();
    if (consumer_) munmap(consumer_, page_);
    if (producer_) munmap(producer_, page_ + 2 * size_);
    consumer_ = producer_ = nullptr;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  /// drain(maxBytes): {data, count, more}. Each record: u32 length, payload, padded to 8.
  Napi::Value drain(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!consumer_) fail(env, EBADF, "drain a closed ring buffer");
    uint64_t max = number(info, 0);
    auto *consumed = reinterpret_cast<uint64_t *>(consumer_);
    auto *produced = reinterpret_cast<uint64_t *>(producer_);
    uint64_t from = __atomic_load_n(consumed, __ATOMIC_ACQUIRE), position = from;
    uint64_t end = __atomic_load_n(produced, __ATOMIC_ACQUIRE);
    std::string out;
    // What comes out is never longer than what stands in the ring: its headers have 8 bytes, ours 4.
    out.reserve(static_cast<size_t>(std::min({max, end - position, size_})));
    uint32_t count = 0;
    bool more = false;
    while (position < end) {
      const uint8_t *record = producer_ + page_ + (position & (size_ - 1));
      uint32_t header = __atomic_load_n(reinterpret_cast<const uint32_t *>(record), __ATOMIC_ACQUIRE);
      if (header & kBusy) break;
      uint32_t length = header & ~(kBusy | kDiscard);
      if (!(header & kDiscard)) {
        uint64_t room = padded(4 + uint64_t(length));
        if (out.size() + room > max) {
          // A caller that never has room would wait for ever for the next one.
          if (count == 0) tooSmall(env, consumed, from, position, room, max);
          more = true;
          break;
        }
        out.append(reinterpret_cast<char *>(&length), 4);
        out.append(reinterpret_cast<const char *>(record + kHeader), length);
        out.append(room - 4 - length, '\0');
        count++;
      }
      position += padded(uint64_t(length) + kHeader);
    }
    auto data = Napi::Buffer<char>::Copy(env, out.data(), out.size());
    Napi::Object result = Napi::Object::New(env);
    result.Set("data", data);
    result.Set("count", count);
    result.Set("more", more);
    // Only now the kernel may write over the records.
    if (position != from) __atomic_store_n(consumed, position, __ATOMIC_RELEASE);
    return result;
  }

  [[noreturn]] void tooSmall(Napi::Env env, uint64_t *consumed, uint64_t from, uint64_t position, uint64_t room, uint64_t max) {
    if (position != from) __atomic_store_n(consumed, position, __ATOMIC_RELEASE);
    fail(env, EINVAL, "drain: the next record wants " + std::to_string(room) + " bytes, got room for " + std::to_string(max));
  }

  /// By plain Node-API: a thread that is being terminated has no exception to tell of, which node-addon-api's wrappers
  /// take for fatal.
  static void readable(uv_poll_t *handle, int, int) {
    Ring *self = static_cast<Watch *>(handle->data)->ring;
    if (!self) return;
    napi_env env = self->Env();
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return;
    // `self` may go with this call: it is not touched after it.
    if (!callBack(env, *self) && !uv_is_closing(reinterpret_cast<uv_handle_t *>(handle))) uv_poll_stop(handle);
    napi_close_handle_scope(env, scope);
  }

  /// False where the thread runs no JavaScript any more.
  static bool callBack(napi_env env, Ring &ring) {
    napi_value object, callback, error;
    if (napi_get_reference_value(env, ring, &object) != napi_ok || !object) return false;
    if (napi_get_reference_value(env, ring.callback_, &callback) != napi_ok || !callback) return false;
    napi_status status = napi_make_callback(env, nullptr, object, callback, 0, nullptr, nullptr);
    if (status != napi_pending_exception) return status == napi_ok;
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return false;
    if (napi_get_and_clear_last_exception(env, &error) != napi_ok) return false;
    return napi_fatal_exception(env, error) == napi_ok;
  }

  /// onReadable(callback | null). While there is a callback the loop stays alive and the ring is not collected.
  Napi::Value onReadable(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!info[0].IsFunction() && !info[0].IsNull()) fail(env, EINVAL, "onReadable wants a function or null");
    if (!consumer_) fail(env, EBADF, "watch a closed ring buffer");
    stopWatching();
    if (info[0].IsNull()) return env.Undefined();
    uv_loop_t *loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) fail(env, ENOSYS, "watch the ring buffer");
    auto *watch = new Watch{{}, this};
    if (int e = uv_poll_init(loop, &watch->handle, fd_)) {
      delete watch;
      fail(env, e, "watch the ring buffer");
    }
    watch->handle.data = watch;
    if (int e = uv_poll_start(&watch->handle, UV_READABLE, readable)) {
      uv_close(reinterpret_cast<uv_handle_t *>(&watch->handle), freeWatch);
      fail(env, e, "watch the ring buffer");
    }
    watch_ = watch;
    callback_ = Napi::Persistent(info[0].As<Napi::Function>());
    Ref();
    napi_add_env_cleanup_hook(env, atExit, this);
    return env.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo &info) {
    release();
    return info.Env().Undefined();
  }

  int fd_ = -1;
  uint64_t size_ = 0;
  size_t page_ = 0;
  uint8_t *consumer_ = nullptr, *producer_ = nullptr;
  Watch *watch_ = nullptr;
  Napi::FunctionReference callback_;
};

}  // namespace

void registerRing(Napi::Env env, Napi::Object exports) { exports.Set("Ring", Ring::define(env)); }

}  // namespace sluice
