# lib.hm.nushell: values as Nushell text.
lib:
let
  inherit (builtins) attrNames concatStringsSep filter isAttrs isBool isFloat isInt isList isString match toJSON typeOf;
  inherit (lib) concatStrings isDerivation mapAttrsToList;

  isInline = lib.isType "nushell-inline";
  toNushell =
    { indent ? "", multiline ? true, asBindings ? false }@options:
    value:
    let
      deeper = "${indent}    ";
      open = if multiline then "\n${deeper}" else " ";
      close = if multiline then "\n${indent}" else " ";
      inner = toNushell (options // { asBindings = false; indent = if asBindings then indent else deeper; });
      block = left: items: right: if items == [ ] then left + right else "${left}${open}${concatStringsSep open items}${close}${right}";
      bad = filter (name: match "[$]?[^\\.[({+*^/=!<>&|-]+" name == null) (attrNames value);
      bindings = concatStrings (mapAttrsToList (name: item: "${indent}let ${name} = ${inner item}\n") value);
    in
    if asBindings then
      if bad == [ ] then bindings else throw "lib.hm.nushell.toNushell: no names of variables: ${lib.generators.toPretty { } bad}"
    else if value == null then "null"
    else if isInt value || isFloat value || isString value || isBool value then toJSON value
    else if isList value then block "[" (map inner value) "]"
    else if !isAttrs value then throw "lib.hm.nushell.toNushell: a ${typeOf value} has no text in Nushell"
    else if isInline value then "(${value.expr})"
    else if isDerivation value then toString value
    else block "{" (mapAttrsToList (name: item: "${toJSON name}: ${inner item}") value) "}";
in
{
  inherit toNushell;
  isNushellInline = isInline;
  mkNushellInline = expr: lib.setType "nushell-inline" { inherit expr; };
}
