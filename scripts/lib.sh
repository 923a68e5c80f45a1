# Shared by scripts/lab, scripts/test and scripts/bench: installs what is missing, builds what has changed. Sourced from the
# repository's root.

# Debian packages by the command or file that shows they are there.
sluice_packages() {
  local need=() pair
  for pair in clang-19:clang-19 bpftool:bpftool etcd:etcd-server etcdctl:etcd-client g++:g++ make:make python3:python3 ip:iproute2 nft:nftables \
    nsenter:util-linux ethtool:ethtool gcc:gcc; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || need+=("${pair##*:}")
  done
  [ -e /usr/include/bpf/bpf.h ] || need+=(libbpf-dev)
  [ -e /usr/include/libelf.h ] || need+=(libelf-dev)
  [ -e /usr/include/zlib.h ] || need+=(zlib1g-dev)
  command -v npm >/dev/null 2>&1 || need+=(nodejs npm)
  [ "${#need[@]}" -eq 0 ] || echo "${need[@]}"
}

sluice_install() {
  local packages
  packages=$(sluice_packages)
  if [ -n "$packages" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "sluice: run as root, or install: $packages" >&2; return 1; }
    echo "installing $packages"
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >/dev/null
  fi
  if [ ! -e node_modules/.sluice-installed ] || [ package-lock.json -nt node_modules/.sluice-installed ]; then
    echo "installing npm packages"
    # Not `npm ci`: it refuses a lock file without the optional packages of other platforms.
    npm install --no-save --no-audit --no-fund --loglevel=error
    # The pinned Node's install script fetches its binary and headers; npm may hold it back, and a later install prunes the headers.
    if ! node_modules/.bin/node -v >/dev/null 2>&1 || ! compgen -G 'node_modules/node/node_modules/node-linux-*/include' >/dev/null; then
      npm rebuild node --foreground-scripts --loglevel=error >/dev/null
    fi
    touch node_modules/.sluice-installed
  fi
  PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
  export PATH
}

# Does anything in these places (sources only) differ from what the stamp was made of?
sluice_changed() {
  local stamp=$1
  shift
  [ ! -e "$stamp" ] || [ -n "$(find "$@" '(' -name node_modules -o -name dist -o -name build ')' -prune -o -newer "$stamp" -print -quit)" ]
}

# Builds what has changed since the last time; about half a second where nothing has.
sluice_build() {
  local app stamp=.cache/built next
  next=$(mktemp)
  mkdir -p .cache
  if sluice_changed "$stamp" native bpf libs apps tsconfig*.json package-lock.json; then
    echo "building: native addon"
    npm run --silent build:native
    echo "building: BPF programs"
    make -s -C bpf
    echo "building: TypeScript"
    node node_modules/typescript/bin/tsc -b
    for app in apps/*; do
      [ ! -e "$app/scripts/bundle.mjs" ] || { echo "bundling: ${app#apps/}" && node "$app/scripts/bundle.mjs"; }
    done
    # As old as the start of the build: what was edited meanwhile is built the next time.
    touch -r "$next" "$stamp"
  fi
  rm -f "$next"
}
