{
  "variables": {
    # build.mjs says "-lbpf" where there is no static library.
    "libbpf%": "-l:libbpf.a"
  },
  "targets": [
    {
      "target_name": "sluice_native",
      "sources": [
        "src/addon/addon.cc",
        "src/addon/btf.cc",
        "src/addon/map.cc",
        "src/addon/misc.cc",
        "src/addon/object.cc",
        "src/addon/program.cc",
        "src/addon/ring.cc",
        "src/addon/stderr.cc",
        "src/addon/tc.cc"
      ],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
      # _ALL: a std::exception (no memory) becomes a JavaScript error too and does not end the process. SWALLOW: neither does
      # a call that a thread makes while it is being terminated.
      "defines": [
        "NODE_ADDON_API_CPP_EXCEPTIONS",
        "NODE_ADDON_API_CPP_EXCEPTIONS_ALL",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "NAPI_VERSION=9"
      ],
      "cflags_cc": ["-std=c++20", "-O2", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Wno-unused-parameter", "-fexceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "ldflags": ["-Wl,--wrap=stderr", "-Wl,--exclude-libs,libbpf.a"],
      "libraries": ["<(libbpf)", "-lelf", "-lz"]
    }
  ]
}
