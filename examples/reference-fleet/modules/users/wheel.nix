# Whoever may become root may also log in as root, with the same keys.
{ config, ... }:
let
  owner = config.flake.users.crs58;
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    let
      inWheel = account: account.isNormalUser && lib.elem "wheel" account.extraGroups;
      wheel = lib.filter inWheel (lib.attrValues config.users.users);
    in
    {
      # A local account that works even where clan's users are not installed yet.
      users.users.${owner.identity.username} = {
        isNormalUser = true;
        description = lib.mkDefault owner.meta.fullName;
        extraGroups = [ "wheel" ];
        openssh.authorizedKeys.keys = owner.meta.sshKeys;
      };

      users.users.root.openssh.authorizedKeys.keys = lib.unique (
        lib.concatMap (account: account.openssh.authorizedKeys.keys) wheel
      );

      users.mutableUsers = false;

      security.sudo.wheelNeedsPassword = false;

      assertions = [
        {
          assertion = wheel != [ ];
          message = "Nobody is in the group wheel: the host could not be administered.";
        }
      ];
    };
}
