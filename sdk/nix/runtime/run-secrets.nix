# A script that brings secrets into memory when a system is activated, all of them before any is seen: the target is a link that is
# replaced in one step.
#   phase      users or services
#   packages   that `fill` needs
#   fill       puts the files into "$new"; what fails there changes nothing
{
  lib,
  pkgs,
  phase,
  packages,
  fill,
}:
target: ''
  (
    set -euf -o pipefail
    umask 077
    export PATH=${
      lib.makeBinPath (
        packages
        ++ [
          pkgs.coreutils
          pkgs.findutils
          pkgs.util-linux
        ]
      )
    }
    all=/run/fleetd-secrets
    mkdir -p "$all"
    mountpoint -q "$all" || mount -t ramfs -o mode=0751,nodev,nosuid,noexec ramfs "$all"
    new=$(mktemp -d "$all/${phase}.XXXXXX")
    chmod 0751 "$new"
    trap 'rm -rf "$new"' EXIT
    ${fill}
    ln -sfn "$new" ${target}.new
    # clan-core mounts a file system there.
    if mountpoint -q ${target} && [ ! -L ${target} ]; then umount --lazy ${target}; fi
    if [ -d ${target} ] && [ ! -L ${target} ]; then rmdir ${target}; fi
    mv -Tf ${target}.new ${target}
    trap - EXIT
    find "$all" -mindepth 1 -maxdepth 1 -name "${phase}.*" ! -path "$new" -exec rm -rf {} +
  )
''
