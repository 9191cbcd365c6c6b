# lib.hm.gvariant: like lib.gvariant, with types guessed from values.
lib:
let
  inherit (builtins) head isAttrs isBool isFloat isInt isList isString map;
  inherit (lib) concatMapStringsSep concatStrings hasPrefix;

  type = lib.gvariant.type // { dictionaryEntryOf = types: "{${concatStrings types}}"; };
  isGVariant = value: value._type or "" == "gvariant";
  variantWith = show: type: value: { _type = "gvariant"; inherit type value; __toString = show; };
  annotated = inner: variantWith (self: "@${self.type} ${inner self.value}");
  commas = concatMapStringsSep "," toString;

  # The empty text where no type can be guessed.
  typeOf =
    value:
    let
      element = elementType value;
    in
    if isBool value then type.boolean
    else if isInt value then type.int32
    else if isFloat value then type.double
    else if isString value then type.string
    else if isList value then (if element == "" then "" else type.arrayOf element)
    else if isAttrs value then value.type or ""
    else "";
  elementType = list: if isList list && list != [ ] then typeOf (head list) else "";

  mkValue =
    value:
    if isBool value then mkBoolean value
    else if isInt value then mkInt32 value
    else if isFloat value then mkDouble value
    else if isString value then mkString value
    else if isList value then mkArray (if value == [ ] then type.string else elementType value) value
    else if isGVariant value then value
    else null;

  typesOf = map (value: value.type);
  mkArray = element: list: annotated (items: "[${commas items}]") (type.arrayOf element) (map mkValue list);
  mkMaybe =
    element: variantWith (self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}") (type.maybeOf element);
  mkBoolean = variantWith (self: lib.boolToString self.value) type.boolean;
  mkInt32 = variantWith (self: toString self.value) type.int32;
  mkDouble = variantWith (self: toString self.value) type.double;
  mkString = variantWith (self: "'${builtins.replaceStrings [ "'" "\\" "\n" ] [ "\\'" "\\\\" "\\n" ] self.value}'") type.string;
  plain = annotated toString;
in
{
  inherit type typeOf isGVariant mkValue mkArray mkBoolean mkInt32 mkDouble mkString;
  isArray = hasPrefix "a";
  isDictionaryEntry = hasPrefix "{";
  isMaybe = hasPrefix "m";
  isTuple = hasPrefix "(";
  mkEmptyArray = element: mkArray element [ ];
  mkVariant = value: annotated (item: "<${toString item}>") type.variant (mkValue value);
  mkDictionaryEntry =
    pair:
    let
      values = map mkValue pair;
    in
    annotated (items: "{${commas items}}") (type.dictionaryEntryOf (typesOf values)) values;
  mkNothing = element: mkMaybe element null;
  mkJust =
    value:
    let
      content = mkValue value;
    in
    mkMaybe content.type content;
  mkTuple =
    list:
    let
      values = map mkValue list;
    in
    annotated (items: "(${commas items})") (type.tupleOf (typesOf values)) values;
  mkObjectpath = variantWith (self: "objectpath '${builtins.replaceStrings [ "'" ] [ "\\'" ] self.value}'") type.string;
  mkUchar = plain type.uchar;
  mkInt16 = plain type.int16;
  mkUint16 = plain type.uint16;
  mkUint32 = plain type.uint32;
  mkInt64 = plain type.int64;
  mkUint64 = plain type.uint64;
}
