# What the plugin users sets on ada@desk.
{ config, lib, ... }:
{
  _file = "plugin users";
  config = lib.mkIf (config.home.username == "ada") {
    home.file.".config/fleetd/authorized_keys".text = ''
      ssh-ed25519 AAAA ada
    '';
    home.activation.fleetdAuthorizedKeys = (
lib.hm.dag.entryAfter [ "linkGeneration" ] ''
  run mkdir -m 0700 -p "$HOME/.ssh"
  run install -m 0600 "$HOME/.config/fleetd/authorized_keys" "$HOME/.ssh/authorized_keys2"
''
);
  };
}
