# Tool servers for agents. The same table serves other clients.
{
  flake.modules.homeManager.ai =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      servers = {
        nixos = {
          command = lib.getExe pkgs.mcp-nixos;
          args = [ ];
        };
        repository = {
          command = lib.getExe' pkgs.git "git";
          args = [
            "-C"
            config.programs.nh.flake
            "mcp"
          ];
          disabled = true;
        };
      };
    in
    {
      programs.mcp = {
        enable = true;
        servers = lib.filterAttrs (_: server: !(server.disabled or false)) servers;
      };

      programs.claude-code.enableMcpIntegration = true;
    };
}
