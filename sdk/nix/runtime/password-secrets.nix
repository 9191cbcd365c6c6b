# A script that takes secrets of a password store out of the archive that an upload brought, into memory, when a system is activated.
#   phase     users or services
#   archive   with owners and modes inside, as fleetd and clan's own tools make it
#   machine   its name, for people
{
  lib,
  pkgs,
  phase,
  archive,
  machine,
}:
import ./run-secrets.nix {
  inherit lib pkgs phase;
  packages = [
    pkgs.gnutar
    pkgs.gzip
  ];
  fill = ''
    if [ ! -s ${lib.escapeShellArg archive} ]; then
      echo "there are no secrets yet: fleetd vars upload ${machine}" >&2
      exit 1
    fi
    (umask 022 && tar -xpf ${lib.escapeShellArg archive} -C "$new")
  '';
}
