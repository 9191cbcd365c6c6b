# The ssh client: every host of the fleet by its short name, the phone on its
# own port, keys from the agent.
{ config, ... }:
let
  inherit (config.fleet) externalMembers hosts network;
in
{
  flake.modules.homeManager.core =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      inherit (pkgs.stdenv.hostPlatform) isDarwin;

      hostBlock = name: host: {
        header = "Host ${name} ${lib.concatStringsSep " " host.names}";
        HostName = "${name}.${network.domain}";
        User = if lib.hasSuffix "-darwin" host.system then host.admin else config.home.username;
        HostKeyAlias = "${name}.${network.domain}";
      };

      phoneBlock = name: member: {
        HostName = member.overlay6;
        Port = member.sshPort;
        User = "u0_a100";
        Ciphers = "aes128-ctr";
        header = "Host ${name}";
      };
    in
    {
      programs.ssh = {
        enable = true;
        enableDefaultConfig = false;
        # Only Apple's client may use the overlay's interface.
        package = lib.mkIf isDarwin null;
        includes = [ "local.d/*.conf" ] ++ lib.optional isDarwin "~/.colima/ssh_config";

        settings =
          lib.mapAttrs hostBlock (lib.filterAttrs (_: host: host.lifecycle != "retired") hosts)
          // lib.mapAttrs phoneBlock externalMembers
          // {
            forges = lib.hm.dag.entryBefore [ "*" ] {
              header = "Host github.com codeberg.org git.${network.publicDomain}";
              User = "git";
              ControlMaster = "no";
            };

            "*" = {
              AddKeysToAgent = "yes";
              ForwardAgent = false;
              HashKnownHosts = true;
              IdentitiesOnly = lib.mkDefault false;
              ServerAliveInterval = 60;
              ServerAliveCountMax = 3;
              ControlMaster = "auto";
              ControlPath = "~/.ssh/control-%C";
              ControlPersist = if isDarwin then "10m" else "2m";
            }
            // lib.optionalAttrs isDarwin { UseKeychain = "yes"; };
          };
      };

      services.ssh-agent.enable = lib.mkIf (!isDarwin) true;
    };
}
