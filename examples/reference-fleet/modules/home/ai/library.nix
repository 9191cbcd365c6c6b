# Commands and helpers of the agent: one Markdown file each, by file name.
{ lib, ... }:
let
  markdown =
    directory:
    lib.mapAttrs' (
      file: _: lib.nameValuePair (lib.removeSuffix ".md" file) (builtins.readFile (directory + "/${file}"))
    ) (lib.filterAttrs (file: kind: kind == "regular" && lib.hasSuffix ".md" file) (builtins.readDir directory));
in
{
  flake.modules.homeManager.ai.programs.claude-code = {
    commands = markdown ../../../data/agents/commands;
    agents = markdown ../../../data/agents/helpers;
  };
}
