# Notebook servers on the compute hosts: one for each person who has a home
# there and is allowed to, on consecutive ports.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (config) fleet;
in
{
  flake.modules.nixos.compute =
    { config, pkgs, ... }:
    let
      cfg = config.fleet.notebooks;

      python = pkgs.python3.withPackages (
        packages: with packages; [
          jupyterlab
          numpy
          pandas
          scikit-learn
        ]
      );

      enabled = lib.filterAttrs (_: notebook: notebook.enable) cfg.users;

      service =
        index: user:
        let
          notebook = enabled.${user};
          arguments = [
            "--no-browser"
            "--ip=::"
            "--port=${toString (cfg.firstPort + index)}"
            "--notebook-dir=${notebook.directory}"
          ]
          ++ notebook.extraArguments;
        in
        lib.nameValuePair "notebook-${user}" {
          description = "Notebooks of ${user}";
          wantedBy = lib.optional notebook.autoStart "multi-user.target";
          environment = notebook.environment // {
            JUPYTER_CONFIG_DIR = "/var/lib/notebook-${user}";
          };
          serviceConfig = {
            ExecStart = "${lib.getExe' python "jupyter-lab"} ${lib.escapeShellArgs arguments}";
            User = user;
            StateDirectory = "notebook-${user}";
            MemoryMax = notebook.memory;
            Restart = "on-failure";
          };
        };
    in
    {
      options.fleet.notebooks = {
        firstPort = mkOption {
          type = types.port;
          default = fleet.ports.notebook;
        };

        users = mkOption {
          type = types.attrsOf (
            types.submodule (
              { name, config, ... }:
              {
                options = {
                  enable = mkOption {
                    type = types.bool;
                    default = true;
                  };
                  autoStart = mkOption {
                    type = types.bool;
                    default = false;
                  };
                  directory = mkOption {
                    type = types.path;
                    default = "/home/${name}/notebooks";
                  };
                  memory = mkOption {
                    type = types.either types.str types.ints.positive;
                    default = if config.autoStart then "8G" else "16G";
                  };
                  environment = mkOption {
                    type = types.attrsOf types.str;
                    default = { };
                  };
                  extraArguments = mkOption {
                    type = types.listOf types.str;
                    default = [ ];
                  };
                };
              }
            )
          );
          default = { };
        };
      };

      config = {
        systemd.services = lib.listToAttrs (lib.imap0 service (lib.attrNames enabled));

        networking.firewall.interfaces.${fleet.network.interfacePattern}.allowedTCPPorts = lib.imap0 (
          index: _: cfg.firstPort + index
        ) (lib.attrNames enabled);

        systemd.tmpfiles.rules = lib.mapAttrsToList (
          user: notebook: "d ${notebook.directory} 0750 ${user} users -"
        ) enabled;

        boot.kernel.sysctl."vm.swappiness" = lib.mkForce 5;
        nix.gc.options = "--delete-older-than 7d";

        assertions = lib.mapAttrsToList (user: _: {
          assertion = config.users.users ? ${user};
          message = "fleet.notebooks.users.${user}: there is no such account on this host.";
        }) enabled;
      };
    };
}
