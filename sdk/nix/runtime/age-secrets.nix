# A script that decrypts files with age into memory when a system is activated.
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
import ./run-secrets.nix {
  inherit lib pkgs phase;
  packages = [ pkgs.age ];
  fill = lib.concatMapStrings one files;
}
