# Host keys of all servers, from the public half of their generated keys. A host
# that has no key yet is left out instead of failing.
{ config, lib, ... }:
let
  inherit (config.fleet) externalMembers hosts network;

  keyFile = name: ../../vars/per-machine + "/${name}/openssh/ssh.id_ed25519.pub/value";

  withKey = lib.filterAttrs (name: _: builtins.pathExists (keyFile name)) hosts;

  entry = name: host: {
    hostNames =
      host.names
      ++ lib.optional (host.overlay6 != null) host.overlay6
      ++ lib.optional (host.overlay4 != null) host.overlay4;
    publicKey = lib.fileContents (keyFile name);
  };

  phones = lib.mapAttrs' (
    name: member:
    lib.nameValuePair "phone-${name}" {
      hostNames = [ "[${name}.${network.domain}]:${toString member.sshPort}" ];
      publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzkA3JAEwPBkDnuQ3sjJEBxMDpm3sbCK0GFU//JfueL";
    }
  ) externalMembers;

  knownHosts = lib.mapAttrs entry withKey // phones;
in
{
  flake.modules.nixos.base.programs.ssh = { inherit knownHosts; };

  flake.modules.darwin.base.programs.ssh = {
    inherit knownHosts;
    # Servers also present certificates of the fleet's own authority.
    extraConfig = ''
      Host *.${network.domain}
        CanonicalizeHostname no
        ServerAliveInterval 30
    '';
  };
}
