# lib.hm.zsh: definitions of variables.
lib:
let
  inherit (builtins) concatStringsSep isBool isList isString;
  inherit (lib) mapAttrsToList;

  toZshValue =
    value:
    if isBool value then lib.boolToString value
    else if isString value then "\"${lib.escape [ "\\" "\"" "`" ] value}\""
    else if isList value then "(${lib.hm.shell.formatShellArrayContent (map toString value)})"
    else "\"${toString value}\"";
  define = name: value: "${name}=${toZshValue value}";
  export = name: value: "export ${define name value}";
in
{
  inherit toZshValue define export;
  defineAll = vars: concatStringsSep "\n" (mapAttrsToList define vars);
  exportAll =
    vars:
    { indent ? "" }:
    concatStringsSep "\n${indent}" (mapAttrsToList export (lib.filterAttrs (_: value: value != null) vars));
}
