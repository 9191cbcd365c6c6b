# lib.strings: what is neither a builtin nor native.
lib:
let
  inherit (builtins)
    concatStringsSep elem filter foldl' fromJSON genList head isAttrs isBool isInt isList isPath isString length map match parseDrvName
    replaceStrings split stringLength substring tail toJSON typeOf unsafeDiscardStringContext;
  inherit (lib)
    boolToString concatStrings escape escapeShellArg escapeShellArgs imap1 mapAttrsToList optionalString removeSuffix splitString
    stringToCharacters toLower toUpper warnIf;
  inherit (lib.strings) isStringLike;

  # `target` with the store references of `source`.
  addContextFrom = source: target: substring 0 0 source + target;

  keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ];
  escapeNixString = text: escape [ "$" ] (toJSON text);
  escapeNixIdentifier =
    text:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null && !(elem text keywords) then text else escapeNixString text;

  mustBeString = name: value: result: if isString value then result else throw "lib.${name}: expected a string, not ${typeOf value}";

  # A new part begins where `splits previous current` holds; that character is dropped unless `keep`.
  splitStringBy =
    splits: keep: text:
    let
      step =
        state: i:
        let
          here = substring i 1 text;
          before = if i == 0 then "" else substring (i - 1) 1 text;
        in
        if splits before here then
          { done = state.done ++ [ state.part ]; part = if keep then here else ""; }
        else
          state // { part = state.part + here; };
      end = foldl' step { done = [ ]; part = ""; } (genList (i: i) (stringLength text));
    in
    map (addContextFrom text) (end.done ++ [ end.part ]);

  toSentenceCase =
    text:
    mustBeString "toSentenceCase" text (
      addContextFrom text (toUpper (substring 0 1 text) + toLower (substring 1 (-1) text))
    );
  toCamelCase =
    text:
    let
      isSeparator = _: char: char == "-" || char == "_" || char == " ";
      isHump = before: char: match "[a-z]" before != null && match "[A-Z]" char != null;
      words = lib.concatMap (splitStringBy isHump true) (splitStringBy isSeparator false text);
      cased = [ (toLower (head words)) ] ++ map toSentenceCase (tail words);
    in
    mustBeString "toCamelCase" text (concatStrings (map (addContextFrom text) cased));

  # A search path: the sub-directory of every path that is there.
  makeSearchPath = below: paths: concatStringsSep ":" (map (path: path + "/" + below) (filter (path: path != null) paths));
  makeSearchPathOutput = output: below: packages: makeSearchPath below (map (lib.getOutput output) packages);

  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    let
      entry = key: item: "[${escapeShellArg key}]=${escapeShellArg item}";
    in
    if !isValidPosixName name then
      throw "lib.toShellVar: `${name}' cannot be the name of a shell variable"
    else if isAttrs value && !isStringLike value then
      "declare -A ${name}=(${concatStringsSep " " (mapAttrsToList entry value)})"
    else if isList value then
      "declare -a ${name}=(${escapeShellArgs value})"
    else
      "${name}=${escapeShellArg value}";

  named = key: package: if isString package then (parseDrvName package).${key} else null;

  cmakeKinds = [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ];
  cmakeOptionType =
    kind: name: value:
    assert elem (toUpper kind) cmakeKinds;
    assert isString name && isString value;
    "-D${name}:${toUpper kind}=${value}";
  mesonOption = name: value: assert isString name && isString value; "-D${name}=${value}";
  flagNamed = yes: no: on: name: assert isString name; "--${if on then yes else no}-${name}";
  enableFeature = on: name: assert isBool on; flagNamed "enable" "disable" on name;
  withFeature = flagNamed "with" "without";

  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
    in
    if missing < 0 then
      throw "lib.fixedWidthString: \"${text}\" is longer than ${toString width} characters"
    else if missing == 0 then
      text
    else
      filler + fixedWidthString (width - stringLength filler) filler text;

  # An integer in decimal notation between blanks; `pattern` has one group.
  parseInt =
    name: pattern: refuse: text:
    let
      parts = match pattern text;
      digits = head parts;
      value = fromJSON digits;
      quoted = escapeNixString text;
    in
    if parts == null then throw "lib.${name}: ${quoted} is not an integer"
    else if refuse && match "0[[:digit:]]+" digits != null then
      throw "lib.${name}: ${quoted} could be octal or padded with zeros"
    else if isInt value then value
    else throw "lib.${name}: ${quoted} is not an integer";

  convertible = value: isStringLike value || elem (typeOf value) [ "null" "int" "float" "bool" ] || (isList value && lib.all convertible value);
in
{
  inherit
    addContextFrom escapeNixString escapeNixIdentifier splitStringBy toSentenceCase toCamelCase makeSearchPath makeSearchPathOutput
    isValidPosixName toShellVar cmakeOptionType mesonOption enableFeature withFeature fixedWidthString;

  isConvertibleWithToString = convertible;
  concatMapAttrsStringSep = separator: function: set: concatStringsSep separator (mapAttrsToList function set);
  concatImapStringsSep = separator: function: list: concatStringsSep separator (imap1 function list);
  concatImapStrings = function: list: concatStrings (imap1 function list);
  intersperse = between: list: if length list < 2 then list else [ (head list) ] ++ lib.concatMap (item: [ between item ]) (tail list);
  replicate = count: text: concatStrings (genList (_: text) count);
  stringAsChars = function: text: concatStrings (map function (stringToCharacters text));
  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";
  normalizePath =
    text:
    warnIf (isPath text) "lib.strings.normalizePath is for strings; the path ${toString text} is normal already" (
      addContextFrom text (concatStringsSep "/" (filter isString (split "/+" "${text}")))
    );
  isStorePath =
    value:
    let
      text = toString value;
    in
    # A path directly in the store, or one of a content-addressed derivation that is not built yet.
    isStringLike value && substring 0 1 text == "/" && (dirOf text == builtins.storeDir || match "/[0-9a-z]{52}" text != null);

  escapeC = chars: replaceStrings chars (map (char: "\\x" + fixedWidthString 2 "0" (toLower (lib.toHexString (lib.strings.charToInt char)))) chars);
  toShellVars = vars: concatStringsSep "\n" (mapAttrsToList toShellVar vars);

  versionOlder = a: b: builtins.compareVersions a b < 0;
  versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  getName = package: if isString package then named "name" package else package.pname or (named "name" package.name);
  getVersion = package: if isString package then named "version" package else package.version or (named "version" package.name);
  nameFromURL =
    url: separator:
    let
      file = lib.last (splitString "/" url);
      name = head (splitString separator file);
    in
    assert name != file;
    name;

  cmakeBool = name: on: assert isString name && isBool on; cmakeOptionType "bool" name (toUpper (boolToString on));
  cmakeFeature = cmakeOptionType "string";
  mesonBool = name: on: assert isString name && isBool on; mesonOption name (boolToString on);
  mesonEnable = name: on: assert isString name && isBool on; mesonOption name (if on then "enabled" else "disabled");
  enableFeatureAs = on: name: value: enableFeature on name + optionalString on "=${value}";
  withFeatureAs = on: name: value: withFeature on name + optionalString on "=${value}";

  fixedWidthNumber = width: number: fixedWidthString width "0" (toString number);
  floatToString =
    number:
    let
      text = toString number;
    in
    warnIf (fromJSON text != number) "the text ${text} of a floating point number is not exact" text;
  toInt = parseInt "toInt" "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" true;
  toIntBase10 = parseInt "toIntBase10" "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" false;
  fileContents = file: removeSuffix "\n" (builtins.readFile file);

  # At most 207 characters, because a store path has 211 for a name and ".drv".
  sanitizeDerivationName =
    name:
    let
      plain = unsafeDiscardStringContext name;
      undotted = head (match "\\.*(.*)" plain);
      dashed = concatStrings (map (part: if isList part then "-" else part) (split "[^[:alnum:]+._?=-]+" undotted));
      short = substring (lib.max 0 (stringLength dashed - 207)) (-1) dashed;
    in
    if stringLength name <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" name != null then plain
    else if short == "" then "unknown"
    else short;
}
