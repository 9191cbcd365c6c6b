# lib.hm.shell: variables of shells, and the options that switch integrations.
lib:
let
  inherit (builtins) concatStringsSep foldl' isBool stringLength;
  inherit (lib) boolToString escapeShellArg filterAttrs mapAttrsToList optionalString;

  integration =
    name:
    { config, baseName ? name, extraDescription ? "" }:
    let
      option = "enable${baseName}Integration";
    in
    lib.mkOption {
      default = config.home.shell.${option};
      defaultText = lib.literalMD "[](#opt-home.shell.${option})";
      example = false;
      description = "Whether to enable ${name} integration." + optionalString (extraDescription != "") "\n\n${extraDescription}";
      type = lib.types.bool;
    };

  export = name: value: "export ${name}=\"${if isBool value then boolToString value else toString value}\"";

  # As many items a line as fit.
  wrapLines =
    items: width:
    let
      add =
        state: item:
        let
          longer = if state.line == "" then item else "${state.line} ${item}";
        in
        if stringLength longer <= width then state // { line = longer; } else { done = state.done ++ [ state.line ]; line = item; };
      end = foldl' add { done = [ ]; line = ""; } items;
    in
    end.done ++ (if end.line == "" then [ ] else [ end.line ]);
in
{
  inherit export wrapLines;
  exportAll = vars: concatStringsSep "\n" (mapAttrsToList export (filterAttrs (_: value: value != null) vars));
  prependToVar = separator: name: values: "${concatStringsSep separator values}\${${name}:+${separator}}\$${name}";
  formatShellArrayContent = items: "\n  ${concatStringsSep "\n  " (wrapLines (map escapeShellArg items) 78)}\n";
  mkBashIntegrationOption = integration "Bash";
  mkFishIntegrationOption = integration "Fish";
  mkIonIntegrationOption = integration "Ion";
  mkNushellIntegrationOption = integration "Nushell";
  mkZshIntegrationOption = integration "Zsh";
}
