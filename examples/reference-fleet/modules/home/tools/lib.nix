# Small commands of our own: each is a file with a script and what it runs with.
# The file's name is the command's name.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  command =
    { name, ... }:
    {
      options = {
        description = mkOption { type = types.str; };
        inputs = mkOption {
          type = types.listOf types.package;
          default = [ ];
        };
        text = mkOption { type = types.lines; };
        lint = mkOption {
          type = types.bool;
          default = true;
        };
        aliases = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Shorter names for ${name}.";
        };
      };
    };
in
{
  flake.modules.homeManager.tools =
    { config, pkgs, ... }:
    let
      build =
        name: command:
        pkgs.writeShellApplication {
          inherit name;
          inherit (command) text;
          runtimeInputs = command.inputs;
          excludeShellChecks = lib.optionals (!command.lint) [
            "SC2016"
            "SC2086"
          ];
          meta = { inherit (command) description; };
        };

      aliasesOf = name: command: lib.genAttrs command.aliases (_: name);
    in
    {
      options.commands = mkOption {
        type = types.attrsOf (types.submodule command);
        default = { };
        description = "Commands on the path.";
      };

      config = {
        home.packages = lib.mapAttrsToList build config.commands;
        home.shellAliases = lib.mergeAttrsList (lib.mapAttrsToList aliasesOf config.commands);

        xdg.dataFile."commands.txt".text = lib.concatLines (
          lib.mapAttrsToList (name: command: "${name}: ${command.description}") config.commands
        );
      };
    };
}
