# Names of clan.core.networking.extraHosts in /etc/hosts of a Mac, one marked section for each set. A daemon writes them, because macOS
# wants a file there and no link; the rest of the file stays as it is.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  sections = config.clan.core.networking.extraHosts;
  mark = which: name: "# ${which} ${lib.toUpper name} HOSTS";
  add = name: text: ''
    section ${
      lib.escapeShellArgs [
        (mark "BEGIN" name)
        (mark "END" name)
        (lib.removeSuffix "\n" text)
      ]
    }
  '';
in
{
  config.launchd.daemons = lib.mkIf (sections != { }) {
    fleetd-hosts = {
      command = toString (
        pkgs.writeShellScript "fleetd-hosts" ''
          set -euo pipefail
          hosts=/private/etc/hosts
          new=$(mktemp "$hosts.XXXXXX")
          trap 'rm -f "$new"' EXIT
          section() { # begin, end, lines
            awk -v begin="$1" -v end="$2" '$0 == begin { inside = 1 } !inside { print } $0 == end { inside = 0 }' "$hosts" > "$new"
            printf '%s\n%s\n%s\n' "$1" "$3" "$2" >> "$new"
            if cmp -s "$new" "$hosts"; then return; fi
            chmod 644 "$new"
            mv "$new" "$hosts"
          }
          ${lib.concatStrings (lib.mapAttrsToList add sections)}
        ''
      );
      serviceConfig.RunAtLoad = true;
    };
  };
}
