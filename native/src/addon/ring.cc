// SPDX-License-Identifier: Apache-2.0
// The reader of a BPF ring buffer (kernel/bpf/ringbuf.c): one page with the consumer's position, one with the
// producer's, then the data mapped twice in a row. Records are copied out in batches, so JavaScript is called once a batch.
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include "common.h"

namespace sluice {
namespace {

constexpr uint32_t kBusy = 1u << 31, kDiscard = 1u << 30, kHeader = 8;

class Ring : public Napi::ObjectWrap<Ring> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Ring", {
      InstanceMethod<&Ring::drain>("drain"),
      InstanceMethod<&Ring::onReadable>("onReadable"),
      InstanceMethod<&Ring::close>("close"),
    });
  }

  /// new Ring(fd, bytes): the descriptor is the ring's from now on
  explicit Ring(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Ring>(info) {
    fd_ = static_cast<int>(number(info, 0));
    size_ = number(info, 1);
    page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    consumer_ = map(info.Env(), page_, PROT_READ | PROT_WRITE, 0);
    producer_ = map(info.Env(), page_ + 2 * size_, PROT_READ, page_);
  }

  ~Ring() override { release(); }

 private:
  uint8_t *map(Napi::Env env, size_t length, int protection, size_t offset) {
    void *p = mmap(nullptr, length, protection, MAP_SHARED, fd_, static_cast<off_t>(offset));
    if (p == MAP_FAILED) {
      int e = errno;
      release();
      fail(env, e, "map the ring buffer");
    }
    return static_cast<uint8_t *>(p);
  }

  void stopPolling() {
    if (!poll_) return;
    uv_poll_stop(poll_);
    poll_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t *>(poll_), [](uv_handle_t *h) { delete reinterpret_cast<uv_poll_t *>(h); });
    poll_ = nullptr;
    callback_.Reset();
  }

  void release() {
    stopPolling();
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
    uint32_t max = number(info, 0);
    auto *consumed = reinterpret_cast<uint64_t *>(consumer_);
    auto *produced = reinterpret_cast<uint64_t *>(producer_);
    uint64_t position = __atomic_load_n(consumed, __ATOMIC_ACQUIRE), from = position;
    uint64_t end = __atomic_load_n(produced, __ATOMIC_ACQUIRE);
    if (max > end - position) max = static_cast<uint32_t>(end - position);
    // What comes out is never longer than what stands in the ring: its headers have 8 bytes, ours 4.
    auto out = std::string();
    out.reserve(max);
    uint32_t count = 0;
    bool more = false;
    while (position < end) {
      uint8_t *record = producer_ + page_ + (position & (size_ - 1));
      uint32_t header = __atomic_load_n(reinterpret_cast<uint32_t *>(record), __ATOMIC_ACQUIRE);
      if (header & kBusy) break;
      uint32_t length = header & ~(kBusy | kDiscard);
      if (!(header & kDiscard)) {
        size_t padded = (4 + size_t(length) + 7) & ~size_t(7);
        if (out.size() + padded > max && count > 0) {
          more = true;
          break;
        }
        out.append(reinterpret_cast<char *>(&length), 4);
        out.append(reinterpret_cast<char *>(record + kHeader), length);
        out.append(padded - 4 - length, '\0');
        count++;
      }
      position += (length + kHeader + 7) & ~7u;
    }
    if (position != from) __atomic_store_n(consumed, position, __ATOMIC_RELEASE);
    Napi::Object result = Napi::Object::New(env);
    result.Set("data", Napi::Buffer<char>::Copy(env, out.data(), out.size()));
    result.Set("count", count);
    result.Set("more", more);
    return result;
  }

  Napi::Value onReadable(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    stopPolling();
    if (!info[0].IsFunction()) return env.Undefined();
    if (!consumer_) fail(env, EBADF, "watch a closed ring buffer");
    uv_loop_t *loop = nullptr;
    napi_get_uv_event_loop(env, &loop);
    callback_ = Napi::Persistent(info[0].As<Napi::Function>());
    poll_ = new uv_poll_t;
    if (int e = uv_poll_init(loop, poll_, fd_)) {
      delete poll_;
      poll_ = nullptr;
      fail(env, e, "watch the ring buffer");
    }
    poll_->data = this;
    uv_poll_start(poll_, UV_READABLE, [](uv_poll_t *handle, int, int) {
      auto *self = static_cast<Ring *>(handle->data);
      if (!self) return;
      Napi::HandleScope scope(self->Env());
      try {
        self->callback_.MakeCallback(self->Value(), {});
      } catch (const Napi::Error &e) {
        napi_fatal_exception(self->Env(), e.Value());
      }
    });
    return env.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo &info) {
    release();
    return info.Env().Undefined();
  }

  int fd_ = -1;
  size_t size_ = 0, page_ = 0;
  uint8_t *consumer_ = nullptr, *producer_ = nullptr;
  uv_poll_t *poll_ = nullptr;
  Napi::FunctionReference callback_;
};

}  // namespace

void registerRing(Napi::Env env, Napi::Object exports) { exports.Set("Ring", Ring::define(env)); }

}  // namespace sluice
