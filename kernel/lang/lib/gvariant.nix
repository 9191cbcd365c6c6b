# lib.gvariant: values in the text format of GVariant, for dconf.
lib:
let
  inherit (builtins) all filter head isAttrs isBool isFloat isInt isList isString map replaceStrings typeOf;
  inherit (lib) concatMapStringsSep concatStrings;

  type = {
    arrayOf = element: "a" + element;
    maybeOf = element: "m" + element;
    tupleOf = elements: "(${concatStrings elements})";
    dictionaryEntryOf = key: value: "{${key}${value}}";
    boolean = "b";
    uchar = "y";
    int16 = "n";
    uint16 = "q";
    int32 = "i";
    uint32 = "u";
    int64 = "x";
    uint64 = "t";
    double = "d";
    string = "s";
    variant = "v";
  };

  # `show` gets the variant itself; the annotated form is right for every type.
  variantWith = show: type: value: { _type = "gvariant"; inherit type value; __toString = show; };
  annotated = inner: self: "@${self.type} ${inner self.value}";
  primitive = variantWith (annotated toString);
  commas = concatMapStringsSep "," toString;
  isGVariant = value: value._type or "" == "gvariant";

  intConstructors =
    let
      kind = name: type: min: max: { inherit name type min max; };
    in
    [
      (kind "mkInt32" type.int32 (-2147483648) 2147483647)
      (kind "mkUint32" type.uint32 0 4294967295)
      (kind "mkInt64" type.int64 null null)
      (kind "mkUint64" type.uint64 0 null)
      (kind "mkInt16" type.int16 (-32768) 32767)
      (kind "mkUint16" type.uint16 0 65535)
      (kind "mkUchar" type.uchar 0 255)
    ];
  fits = value: kind: (kind.min == null || kind.min <= value) && (kind.max == null || value <= kind.max);
  intHelp = value: concatMapStringsSep "\n" (kind: "- `lib.gvariant.${kind.name}` for `${kind.type}`") (filter (fits value) intConstructors);

  mkValue =
    value:
    if isGVariant value then value
    else if isBool value then mkBoolean value
    else if isFloat value then mkDouble value
    else if isString value then mkString value
    else if isList value then mkArray value
    else if isInt value then
      throw "lib.gvariant.mkValue: the type of the number ${toString value} is not clear; say which one the schema wants:\n${intHelp value}\n"
    else if isAttrs value then
      throw "lib.gvariant.mkValue: a set has no GVariant form; a dictionary is a list of `lib.gvariant.mkDictionaryEntry`"
    else
      throw "lib.gvariant.mkValue: a ${typeOf value} has no GVariant form";

  mkArray =
    list:
    let
      values = map mkValue list;
      first = (head values).type;
      element =
        if list == [ ] then throw "lib.gvariant.mkArray: an empty array needs a type, use mkEmptyArray"
        else if all (value: value.type == first) values then first
        else throw "lib.gvariant.mkArray: the elements have different types";
    in
    variantWith (annotated (items: "[${commas items}]")) (type.arrayOf element) values;
  mkEmptyArray = element: variantWith (self: "@${self.type} []") (type.arrayOf element) [ ];
  mkVariant = value: variantWith (self: "<${toString self.value}>") type.variant (mkValue value);
  mkDictionaryEntry =
    name: value:
    let
      key = mkValue name;
      content = mkValue value;
    in
    variantWith (self: "@${self.type} {${key},${content}}") (type.dictionaryEntryOf key.type content.type) { inherit name value; };
  mkMaybe =
    element:
    variantWith (self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}") (type.maybeOf element);
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
    variantWith (annotated (items: "(${commas items})")) (type.tupleOf (map (value: value.type) values)) values;
  mkBoolean = variantWith (self: lib.boolToString self.value) type.boolean;
  mkString = variantWith (self: "'${replaceStrings [ "'" "\\" "\n" ] [ "\\'" "\\\\" "\\n" ] self.value}'") type.string;
  mkDouble = variantWith (self: toString self.value) type.double;
in
{
  inherit
    type isGVariant intConstructors mkValue mkArray mkEmptyArray mkVariant mkDictionaryEntry mkMaybe mkJust mkTuple mkBoolean mkString
    mkDouble;
  mkNothing = element: mkMaybe element null;
  mkObjectpath = variantWith (self: "objectpath '${replaceStrings [ "'" ] [ "\\'" ] self.value}'") type.string;
  mkUchar = primitive type.uchar;
  mkInt16 = primitive type.int16;
  mkUint16 = primitive type.uint16;
  mkInt32 = variantWith (self: toString self.value) type.int32;
  mkUint32 = primitive type.uint32;
  mkInt64 = primitive type.int64;
  mkUint64 = primitive type.uint64;
}
