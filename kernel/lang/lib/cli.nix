# lib.cli: options of command lines from sets.
lib:
let
  inherit (builtins) concatLists concatMap isBool isList stringLength;
  inherit (lib) escapeShellArgs mapAttrsToList optional;
  plain = lib.generators.mkValueStringDefault { };
  old = name: use: lib.warn "lib.cli.${name} is an old name; use lib.cli.${use}.";

  toCommandLine =
    format: options:
    let
      render =
        { option, sep, explicitBool, formatArg ? plain }:
        value:
        if value == null || (!explicitBool && value == false) then [ ]
        else if !explicitBool && value == true then [ option ]
        else if sep == null then [ option (formatArg value) ]
        else [ "${option}${sep}${formatArg value}" ];
      flag =
        name: value:
        if name == "" then throw "lib.cli.toCommandLine: an option needs a name"
        else if isList value then concatMap (render (format name)) value
        else render (format name) value;
    in
    concatLists (mapAttrsToList flag options);

  toCommandLineGNU =
    { isLong ? name: stringLength name > 1, explicitBool ? false, formatArg ? plain }:
    toCommandLine (
      name:
      let
        long = isLong name;
      in
      {
        option = (if long then "--" else "-") + name;
        sep = if long then "=" else "";
        inherit explicitBool formatArg;
      }
    );

  toGNUCommandLine =
    {
      mkOptionName ? name: (if stringLength name == 1 then "-" else "--") + name,
      mkBool ? name: value: optional value (mkOptionName name),
      mkList ? name: concatMap (mkOption name),
      mkOption ?
        name: value:
        if value == null then [ ]
        else if optionValueSeparator == null then [ (mkOptionName name) (plain value) ]
        else [ "${mkOptionName name}${optionValueSeparator}${plain value}" ],
      optionValueSeparator ? null,
    }:
    options:
    concatLists (
      mapAttrsToList (
        name: value:
        if isBool value then mkBool name value
        else if isList value then mkList name value
        else mkOption name value
      ) options
    );
in
{
  inherit toCommandLine toCommandLineGNU;
  toCommandLineShell = format: options: escapeShellArgs (toCommandLine format options);
  toCommandLineShellGNU = settings: options: escapeShellArgs (toCommandLineGNU settings options);
  toGNUCommandLine = old "toGNUCommandLine" "toCommandLine or toCommandLineGNU" toGNUCommandLine;
  toGNUCommandLineShell =
    old "toGNUCommandLineShell" "toCommandLineShell or toCommandLineShellGNU" (settings: options: escapeShellArgs (toGNUCommandLine settings options));
}
