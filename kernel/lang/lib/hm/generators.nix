# lib.hm.generators: texts of Hyprland, KDL and SCFG configurations.
lib:
let
  inherit (builtins) all any attrNames concatStringsSep elem filter isAttrs isBool isList isString map removeAttrs replaceStrings typeOf;
  inherit (lib) boolToString concatMapStringsSep filterAttrs hasPrefix mapAttrsToList optional optionalString;

  indent = lines: concatMapStringsSep "\n" (line: "\t" + line) (lib.splitString "\n" (concatStringsSep "\n" lines));
  scalars = [ "int" "float" "string" "bool" ];

  # Sections are sets, lists repeat a name; fields whose names start with one of the prefixes come first.
  toHyprconf =
    { attrs, indentLevel ? 0, importantPrefixes ? [ "$" ] }:
    let
      isBlock = value: isAttrs value || isList value;
      fieldsAt = margin: lib.generators.toKeyValue { listsAsDuplicateKeys = true; indent = margin; };
      render =
        margin: set:
        let
          isFirst = name: any (prefix: hasPrefix prefix name) importantPrefixes;
          first = filterAttrs (name: _: isFirst name) set;
          rest = removeAttrs set (attrNames first);
          blocks = filterAttrs (_: isBlock) rest;
          fields = filterAttrs (_: value: !isBlock value) rest;
          block =
            name: value:
            if isList value then concatMapStringsSep (if all isAttrs value then "\n" else "") (block name) value
            else if isAttrs value then "${margin}${name} {\n${render "  ${margin}" value}${margin}}\n"
            else render margin { ${name} = value; };
          write = fieldsAt margin;
        in
        write first + concatStringsSep "\n" (mapAttrsToList block blocks) + write fields;
    in
    render (lib.strings.replicate indentLevel "  ") attrs;

  # Nodes with `_args`, `_props` and `_children`; a list is arguments when it has scalars only.
  toKDL =
    { escapeBackslashes ? false, escapeTabs ? false }:
    let
      special = [ "_args" "_props" "_children" ];
      escapes =
        [ [ "\n" "\\n" ] [ "\"" "\\\"" ] ]
        ++ optional escapeBackslashes [ "\\" "\\\\" ]
        ++ optional escapeTabs [ "\t" "\\t" ];
      column = i: map (pair: builtins.elemAt pair i) escapes;
      quote = text: "\"${replaceStrings (column 0) (column 1) text}\"";
      isScalar = value: value == null || elem (typeOf value) scalars;
      scalar =
        value:
        if !isScalar value then throw "lib.hm.generators.toKDL: a ${typeOf value} is no plain value of KDL"
        else if value == null then "null"
        else if isBool value then boolToString value
        else if isString value then quote value
        else toString value;

      node =
        name: set:
        let
          args = map scalar (set._args or [ ]);
          props = mapAttrsToList (key: value: "${key}=${scalar value}") (set._props or { });
          children =
            lib.concatMap (mapAttrsToList member) (set._children or [ ])
            ++ mapAttrsToList member (removeAttrs set special);
          block = optional (children != [ ]) "{\n${indent children}\n}";
        in
        concatStringsSep " " ([ name ] ++ args ++ props ++ block);
      row =
        name: list:
        if all (value: !isList value && !isAttrs value) list then "${name} ${concatMapStringsSep " " scalar list}"
        else "${name} {\n${indent (map (member "-") list)}\n}";
      member =
        name: value:
        if isScalar value then "${name} ${scalar value}"
        else if isAttrs value then node name value
        else if !isList value then throw "lib.hm.generators.toKDL: a ${typeOf value} has no text in KDL (at ${name})"
        else if name == "_children" then concatMapStringsSep "\n" (child: concatStringsSep "\n" (mapAttrsToList member child)) value
        else row name value;
    in
    set: concatStringsSep "\n" (mapAttrsToList member set) + "\n";

  # Directives are sets of `name`, `params` and `children`.
  toSCFG =
    _:
    let
      reserved = [ "\"" "\\" "\r" "\n" "\t" ];
      needsQuotes = text: text == "" || any (char: elem char (reserved ++ [ " " "'" "{" "}" ])) (lib.stringToCharacters text);
      quote = text: "\"${replaceStrings reserved [ "\\\"" "\\\\" "\\r" "\\n" "\\t" ] text}\"";
      word =
        value:
        if !(elem (typeOf value) scalars) then throw "lib.hm.generators.toSCFG: a ${typeOf value} is no plain value of SCFG"
        else if isBool value then boolToString value
        else if isString value then (if needsQuotes value then quote value else value)
        else toString value;
      # A directive that has parameters or children, all of them null or none, is left out.
      isEmpty =
        item: (item ? params || item ? children) && (item.params or [ null ]) == [ null ] && (item.children or [ ]) == [ ];
      directive =
        item:
        word item.name
        + optionalString (item.params or null != null) " ${concatMapStringsSep " " word item.params}"
        + optionalString (item.children or null != null) " {\n${indent (all' item.children)}\n}";
      all' = items: map directive (filter (item: !isEmpty item) items);
    in
    items: optionalString (items != [ ]) (concatStringsSep "\n" (all' items) + "\n");
in
{
  inherit toHyprconf toKDL toSCFG;
}
