# lib.hm.generators: texts whose entries may have an order (lib.hm.dag).
lib:
let
  inherit (builtins) any attrValues concatStringsSep isAttrs isList isPath map mapAttrs toJSON;
  inherit (lib) concatMapStringsSep concatStrings isDerivation;
  inherit (lib.hm.dag) entryAnywhere isEntry topoSort;

  cycle = "Dependency cycle in DAG entries";
  isOrdered = value: isEntry value && (value.after != [ ] || value.before != [ ]);
  hasOrdered = set: any isOrdered (attrValues set);

  sortDAGEntries =
    { cycleErrorMessage ? cycle }:
    set:
    let
      sorted = topoSort (mapAttrs (_: value: if isEntry value then value else entryAnywhere value) set);
      entries = sorted.result or (abort "${cycleErrorMessage}: ${toJSON sorted}");
    in
    map (entry: { inherit (entry) name; value = entry.data; }) entries;

  # Entries without an order stay what they are unless another one has an order.
  toDAGOrderedAttrs =
    { cycleErrorMessage ? cycle }:
    set:
    if hasOrdered set then
      sortDAGEntries { inherit cycleErrorMessage; } (mapAttrs (_: value: if isOrdered value then value else entryAnywhere value) set)
    else
      lib.attrsToList set;

  toDAGOrderedText =
    { renderAttrs, renderList, renderValue, cycleErrorMessage ? cycle }:
    let
      pairs = toDAGOrderedAttrs { inherit cycleErrorMessage; };
      render =
        value:
        if isDerivation value || isPath value then renderValue value
        else if isAttrs value then renderAttrs (map (pair: pair // { value = render pair.value; }) (pairs value))
        else if isList value then renderList (map render value)
        else renderValue value;
    in
    render;

  json =
    { cycleErrorMessage ? cycle }:
    toDAGOrderedText {
      inherit cycleErrorMessage;
      renderValue = toJSON;
      renderList = items: "[${concatStringsSep "," items}]";
      renderAttrs = pairs: "{${concatMapStringsSep "," (pair: "${toJSON pair.name}:${pair.value}") pairs}}";
    };

  plainPair = lib.generators.mkKeyValueDefault { } "=";
  toDAGOrderedKeyValue =
    { mkKeyValue ? plainPair, listsAsDuplicateKeys ? false, listToValue ? null, indent ? "", cycleErrorMessage ? cycle }:
    assert !listsAsDuplicateKeys || listToValue == null;
    let
      line = name: value: "${indent}${mkKeyValue name value}\n";
      lines =
        pair:
        if !isList pair.value then line pair.name pair.value
        else if listsAsDuplicateKeys then concatStrings (map (line pair.name) pair.value)
        else line pair.name (if listToValue == null then pair.value else listToValue pair.value);
    in
    set: concatStrings (map lines (toDAGOrderedAttrs { inherit cycleErrorMessage; } set));

  toDAGOrderedINI =
    {
      mkSectionName ? lib.escape [ "[" "]" ],
      mkKeyValue ? plainPair,
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      cycleErrorMessage ? "Dependency cycle in INI sections",
    }:
    assert !listsAsDuplicateKeys || listToValue == null;
    let
      body = toDAGOrderedKeyValue { inherit cycleErrorMessage listToValue listsAsDuplicateKeys mkKeyValue; };
      section = pair: "[${mkSectionName pair.name}]\n${body pair.value}";
    in
    set: concatMapStringsSep "\n" section (toDAGOrderedAttrs { inherit cycleErrorMessage; } set);

  mkDAGOrderedFormat =
    {
      pkgs,
      format,
      generator,
      nativeBuildInputs ? [ ],
      buildCommand ? "cp \"$valuePath\" \"$out\"\n",
      cycleErrorMessage ? null,
    }:
    format
    // {
      generate =
        name: value:
        pkgs.runCommandLocal name {
          inherit nativeBuildInputs;
          value = generator { cycleErrorMessage = if cycleErrorMessage == null then "Dependency cycle in ${name}" else cycleErrorMessage; } value;
          passAsFile = [ "value" ];
        } buildCommand;
    };
  # A format that is JSON first and turned into its own text by a program.
  viaJson =
    pkgs: format: cycleErrorMessage: tool: command:
    mkDAGOrderedFormat {
      inherit pkgs format cycleErrorMessage;
      generator = json;
      nativeBuildInputs = [ tool ];
      buildCommand = "${command}\n";
    };
in
{
  inherit
    sortDAGEntries toDAGOrderedAttrs toDAGOrderedText toDAGOrderedKeyValue toDAGOrderedINI mkDAGOrderedFormat;
  isDAGEntryWithOrdering = isOrdered;
  hasDAGEntryWithOrdering = hasOrdered;
  mkDAGOrderedJsonFormat =
    { pkgs, jsonFormat ? pkgs.formats.json { }, cycleErrorMessage ? null }:
    viaJson pkgs jsonFormat cycleErrorMessage pkgs.buildPackages.jq "jq . \"$valuePath\" > \"$out\"";
  mkDAGOrderedYamlFormat =
    { pkgs, yamlFormat ? pkgs.formats.yaml { }, cycleErrorMessage ? null }:
    viaJson pkgs yamlFormat cycleErrorMessage pkgs.buildPackages.remarshal "json2yaml \"$valuePath\" \"$out\"";
  mkDAGOrderedTomlFormat =
    { pkgs, tomlFormat ? pkgs.formats.toml { }, cycleErrorMessage ? null }:
    viaJson pkgs tomlFormat cycleErrorMessage pkgs.buildPackages.remarshal "json2toml \"$valuePath\" \"$out\"";
  mkDAGOrderedIniFormat =
    {
      pkgs,
      mkSectionName ? lib.escape [ "[" "]" ],
      mkKeyValue ? plainPair,
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      atomsCoercedToLists ? null,
      iniFormat ? pkgs.formats.ini { inherit atomsCoercedToLists listsAsDuplicateKeys listToValue; },
      cycleErrorMessage ? null,
    }:
    mkDAGOrderedFormat {
      inherit pkgs cycleErrorMessage;
      format = iniFormat;
      generator = options: toDAGOrderedINI (options // { inherit listToValue listsAsDuplicateKeys mkKeyValue mkSectionName; });
    };
  mkDAGOrderedKeyValueFormat =
    {
      pkgs,
      mkKeyValue ? plainPair,
      listsAsDuplicateKeys ? false,
      listToValue ? null,
      keyValueFormat ? pkgs.formats.keyValue { inherit listsAsDuplicateKeys listToValue; },
      cycleErrorMessage ? null,
    }:
    mkDAGOrderedFormat {
      inherit pkgs cycleErrorMessage;
      format = keyValueFormat;
      generator = options: toDAGOrderedKeyValue (options // { inherit listToValue listsAsDuplicateKeys mkKeyValue; });
    };
}
