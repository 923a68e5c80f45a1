// SPDX-License-Identifier: Apache-2.0
#include "common.h"

namespace {
Napi::Object init(Napi::Env env, Napi::Object exports) {
  sluice::registerObject(env, exports);
  sluice::registerProgram(env, exports);
  sluice::registerMap(env, exports);
  sluice::registerTc(env, exports);
  sluice::registerRing(env, exports);
  sluice::registerBtf(env, exports);
  sluice::registerMisc(env, exports);
  return exports;
}
}  // namespace

NODE_API_MODULE(sluice_native, init)
