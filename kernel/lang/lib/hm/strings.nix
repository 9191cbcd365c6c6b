# lib.hm.strings: names for files and for settings.
lib:
let
  inherit (builtins) elemAt genList isString map match replaceStrings split stringLength substring;

  chars = text: genList (i: substring i 1 text) (stringLength text);
  matches = pattern: text: match pattern text != null;

  toCaseWithSeparator =
    separator: text:
    let
      word = part: if isString part then part else separator + lib.toLower (elemAt part 0);
    in
    lib.removePrefix separator (lib.concatStrings (map word (split "([A-Z])" text)));
in
{
  inherit toCaseWithSeparator;
  toSnakeCase = toCaseWithSeparator "_";
  toKebabCase = toCaseWithSeparator "-";
  isCamelCase = matches "[a-z]+([A-Z][a-z0-9]*)+";
  isPascalCase = matches "[A-Z][a-z0-9]*([A-Z][a-z0-9]*)*";
  isSnakeCase = matches "[a-z0-9]+(_[a-z0-9]+)*";
  isKebabCase = matches "[a-z0-9]+(-[a-z0-9]+)*";
  isScreamingSnakeCase = matches "[A-Z0-9]+(_[A-Z0-9]+)*";
  # Without what the store does not take in names; a dash goes too, since a digit after it would read as a version.
  storeFileName =
    path:
    let
      safe = chars "+._?=0123456789" ++ lib.lowerChars ++ lib.upperChars;
      drop = unwanted: replaceStrings unwanted (map (_: "") unwanted);
    in
    "hm_" + drop (chars (drop safe path)) path;
  isPathLike =
    value: builtins.isPath value || (isString value && lib.hasPrefix "${builtins.storeDir}/" value) || lib.isDerivation value;
}
