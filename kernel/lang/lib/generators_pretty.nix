# lib.generators.toPretty (Nix-like text for people) and toPlist (Apple's property lists).
lib:
let
  inherit (builtins)
    concatMap concatStringsSep filter isAttrs isBool isFloat isInt isList isPath isString length map replaceStrings split toJSON;
  inherit (lib) concatMapStringsSep isFunction last mapAttrsToList;

  toPretty =
    { allowPrettyValues ? false, multiline ? true, indent ? "" }:
    let
      escapeLine = replaceStrings [ "\\" "\"" "\${" ] [ "\\\\" "\\\"" "\\\${" ];
      # A string with several lines, between two pairs of quotes.
      block =
        open: close: lines:
        let
          safe = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
          end = last safe;
        in
        "''" + open + concatStringsSep open (lib.init safe) + (if end == "" then close else open + end) + "''";
      text =
        open: close: value:
        let
          lines = filter isString (split "\n" value);
        in
        if multiline && length lines > 1 then block open close lines
        else "\"" + concatMapStringsSep "\\n" escapeLine lines + "\"";
      arguments =
        function:
        let
          args = lib.functionArgs function;
          shown = mapAttrsToList (name: optional: if optional then name + "?" else name) args;
        in
        if args == { } then "<function>" else "<function, args: {${concatStringsSep ", " shown}}>";
      show =
        margin: value:
        let
          deeper = margin + "  ";
          open = if multiline then "\n${deeper}" else " ";
          close = if multiline then "\n${margin}" else " ";
          attribute =
            name: inner:
            "${lib.strings.escapeNixIdentifier name} = ${
              builtins.addErrorContext "while evaluating an attribute `${name}`" (show deeper inner)
            };";
        in
        if isString value then text open close value
        else if isBool value then lib.boolToString value
        else if value == null then "null"
        else if isFloat value then toJSON value
        else if isInt value || isPath value then toString value
        else if isList value then
          if value == [ ] then "[ ]" else "[${open}${concatMapStringsSep open (show deeper) value}${close}]"
        else if isFunction value then arguments value
        else if allowPrettyValues && value ? __pretty && value ? val then value.__pretty value.val
        else if value == { } then "{ }"
        else if value.type or null == "derivation" then "<derivation ${value.name or "???"}>"
        else "{${open}${concatStringsSep open (mapAttrsToList attribute value)}${close}}";
    in
    show indent;

  toPlist =
    { escape ? false }:
    value:
    let
      safe = text: if escape then lib.escapeXML text else text;
      element = margin: tag: text: "${margin}<${tag}>${text}</${tag}>";
      container = margin: tag: lines: concatStringsSep "\n" [ "${margin}<${tag}>" (concatStringsSep "\n" lines) "${margin}</${tag}>" ];
      show =
        margin: item:
        let
          deeper = "\t" + margin;
          member =
            name: inner: if name == "_module" || inner == null then [ ] else [ (element deeper "key" (safe name)) (show deeper inner) ];
        in
        if item == null then ""
        else if isBool item then "${margin}<${lib.boolToString item}/>"
        else if isInt item then element margin "integer" (toString item)
        else if isFloat item then element margin "real" (toString item)
        else if isString item || isPath item then element margin "string" (safe (toString item))
        else if isList item then container margin "array" (map (show deeper) item)
        else if isAttrs item then container margin "dict" (concatMap (pair: pair) (mapAttrsToList member item))
        else abort "lib.generators.toPlist: a function has no text in a property list";
      document = ''
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        ${show "" value}
        </plist>'';
    in
    lib.warnIf (!escape) "lib.generators.toPlist without `escape = true` writes text that may be no XML" document;
in
{
  inherit toPretty toPlist;
}
