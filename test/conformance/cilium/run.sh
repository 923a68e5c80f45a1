#!/usr/bin/env bash
# test/conformance/cilium/run.sh [WORLDS [SEED]]: asks Cilium's own policy engine, built from its released source, about random worlds,
# and compares it with the naive evaluator. Needs Go and a Go module proxy; the first run builds for some minutes.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/lib.sh
version=v1.19.0 worlds=${1:-2000} seed=${2:-0} here=test/conformance/cilium
cache=${SLUICE_CILIUM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice-cilium-$version}
sluice_install
sluice_build
if [ ! -x "$cache/engine" ] || [ "$here/engine.go" -nt "$cache/engine" ]; then
  mkdir -p "$cache/try"
  # The module is the main one, so that its own replacements hold.
  (cd "$cache/try" && { [ -f go.mod ] || go mod init try; } && go mod download "github.com/cilium/cilium@$version")
  source=$(cd "$cache/try" && go mod download -json "github.com/cilium/cilium@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  if [ ! -d "$cache/source" ]; then
    rm -rf "$cache/copy" && cp -r "$source" "$cache/copy" && chmod -R u+w "$cache/copy" && mv "$cache/copy" "$cache/source"
  fi
  mkdir -p "$cache/source/pkg/sluiceengine"
  cp "$here/engine.go" "$cache/source/pkg/sluiceengine/main.go"
  (cd "$cache/source" && go build -mod=mod -buildvcs=false -o "$cache/engine" ./pkg/sluiceengine)
fi
for features in "" kubernetes,icmp,local-host,entities kubernetes,icmp,entities,nodes kubernetes,icmp,named-ports; do
  echo "features: ${features:-the schema of Cilium alone}"
  node_modules/.bin/node --disable-warning=ExperimentalWarning "$here/print.ts" "$worlds" "$seed" "$features" | "$cache/engine"
done
