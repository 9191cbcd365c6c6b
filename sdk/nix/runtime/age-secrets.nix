# A script that decrypts files with age into memory when a system is activated, all of them before any is seen: the target is a link that
# is replaced in one step.
#   phase   users or services
#   key     the machine's key
#   files   place, source, owner, group and mode of each
{
  lib,
  pkgs,
  phase,
  key,
  files,
}:
target:
let
  one =
    file:
    let
      to = "$new/${file.place}";
    in
    ''
      (umask 022 && mkdir -p "$(dirname "${to}")")
      age --decrypt -i ${lib.escapeShellArg key} -o "${to}" ${file.source}
      chown ${lib.escapeShellArg "${file.owner}:${file.group}"} "${to}"
      chmod ${file.mode} "${to}"
    '';
in
''
  (
    set -euf -o pipefail
    umask 077
    export PATH=${
      lib.makeBinPath [
        pkgs.age
        pkgs.coreutils
        pkgs.findutils
        pkgs.util-linux
      ]
    }
    all=/run/fleetd-secrets
    mkdir -p "$all"
    mountpoint -q "$all" || mount -t ramfs -o mode=0751,nodev,nosuid,noexec ramfs "$all"
    new=$(mktemp -d "$all/${phase}.XXXXXX")
    chmod 0751 "$new"
    trap 'rm -rf "$new"' EXIT
    ${lib.concatMapStrings one files}
    ln -sfn "$new" ${target}.new
    if [ -d ${target} ] && [ ! -L ${target} ]; then rmdir ${target}; fi
    mv -Tf ${target}.new ${target}
    trap - EXIT
    find "$all" -mindepth 1 -maxdepth 1 -name "${phase}.*" ! -path "$new" -exec rm -rf {} +
  )
''
