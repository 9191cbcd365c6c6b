# lib.misc: old functions that are still there for those who call them.
lib:
let
  inherit (builtins)
    any attrNames elem elemAt filter foldl' genericClosure getEnv head isAttrs isBool isInt isList map mapAttrs
    removeAttrs tail;
  inherit (lib) all foldl genAttrs toList;

  maybeAttr = name: fallback: set: set.${name} or fallback;
  setAttr = set: name: value: set // { ${name} = value; };
  setAttrMerge = name: fallback: set: function: setAttr set name (function (maybeAttr name fallback set));

  mergeArg = old: new: if isAttrs new then new else new old;
  foldArgs =
    merge: function: old: new:
    let
      args = merge old (mergeArg old new);
      again =
        passthru:
        passthru // { function = foldArgs merge function args; args = (passthru.passthru.args or { }) // new; };
      result = setAttrMerge "passthru" { } (function args) again;
    in
    result // { override = result.passthru.function; };

  checkFlag =
    set: name:
    if name == "true" then true
    else if name == "false" then false
    else elem name (set.flags or [ ]) || set.${name} or false;
  getValue =
    set: fallbacks: name:
    let
      given = filter (pair: head pair == name) fallbacks;
    in
    set.${name} or (if checkFlag set name then true else if given == [ ] then null else elemAt (head given) 1);
  checkReqs =
    set: fallbacks: requirements:
    let
      present = name: let value = getValue set fallbacks name; in value != null && value != false;
    in
    all (row: !checkFlag set (head row) || all present (tail row)) requirements;

  # Elements in order, without those in `acc` and without repetitions.
  uniqList =
    { inputList, acc ? [ ] }:
    let
      add =
        state: item:
        if elem item state.seen then state else { seen = [ item ] ++ state.seen; result = state.result ++ [ item ]; };
    in
    (foldl' add { seen = acc; result = [ ]; } inputList).result;
  uniqListExt =
    { inputList, outputList ? [ ], getter ? value: value, compare ? a: b: a == b }:
    let
      add = done: item: if any (other: compare (getter other) (getter item)) done then done else done ++ [ item ];
    in
    foldl' add outputList inputList;

  condConcat =
    text: pairs: holds:
    if pairs == [ ] then text
    else condConcat (if holds (head pairs) then text + elemAt pairs 1 else text) (tail (tail pairs)) holds;

  lazyGenericClosure =
    { startSet, operator }:
    let
      work =
        pending: keys: found:
        let
          item = head pending;
        in
        if pending == [ ] then found
        else if elem item.key keys then work (tail pending) keys found
        else work (tail pending ++ operator item) ([ item.key ] ++ keys) ([ item ] ++ found);
    in
    work startSet [ ] [ ];

  innerModifySumArgs = function: extra: old: new: if new == null then function old new // extra else innerModifySumArgs function extra (old // new);

  inputsOf = package: (package.propagatedBuildInputs or [ ]) ++ (package.propagatedNativeBuildInputs or [ ]);
  innerClosePropagation =
    acc: packages:
    let
      first = head packages;
      rest = tail packages;
      seen = [ first ] ++ acc;
    in
    if packages == [ ] then acc
    else if !isAttrs first then innerClosePropagation acc rest
    else innerClosePropagation seen (uniqList { inputList = inputsOf first ++ rest; acc = seen; });
  closePropagationFast =
    packages:
    let
      entries = list: map (package: { key = package.outPath; inherit package; }) (filter (package: package != null) list);
      operator = entry: if isAttrs entry.package then entries (inputsOf entry.package) else [ ];
    in
    map (entry: entry.package) (genericClosure { startSet = entries packages; inherit operator; });

  mergeAttrsWithFunc =
    function: a: b:
    # A name that only `b` has is merged with itself.
    b // a // mapAttrs (name: value: function (a.${name} or value) value) b;

  merge = a: b: a // b;
  mergeAttrBy =
    genAttrs [ "nativeBuildInputs" "buildInputs" "propagatedBuildInputs" "configureFlags" "prePhases" "postAll" "patches" ] (_: a: b: a ++ b)
    // genAttrs [ "passthru" "meta" "cfg" "flags" ] (_: merge)
    // {
      preConfigure = a: b: a + "\n" + b;
      postInstall = a: b: a + "\n" + b;
    };
  mergeAttrByFunc =
    a: b:
    let
      ways = { mergeAttrBy = merge; } // (a.mergeAttrBy or { }) // (b.mergeAttrBy or { });
      used = removeAttrs ways (filter (name: !(a ? ${name}) && !(b ? ${name})) (attrNames ways));
      apply =
        name: way:
        if a ? ${name} && b ? ${name} then way a.${name} b.${name}
        else a.${name} or b.${name};
    in
    a // b // mapAttrs apply used;
  mergeAttrsByFuncDefaults = foldl mergeAttrByFunc { inherit mergeAttrBy; };
in
{
  inherit
    maybeAttr setAttr setAttrMerge foldArgs checkFlag getValue checkReqs uniqList uniqListExt condConcat lazyGenericClosure
    innerModifySumArgs innerClosePropagation closePropagationFast mergeAttrsWithFunc mergeAttrBy mergeAttrByFunc mergeAttrsByFuncDefaults;
  defaultMergeArg = mergeArg;
  defaultMerge = old: new: old // mergeArg old new;
  maybeAttrNullable = maybeAttr;
  maybeEnv = name: fallback: let value = getEnv name; in if value == "" then fallback else value;
  ifEnable =
    condition: value:
    if condition then value
    else if isList value then [ ]
    else if isAttrs value then { }
    else if isBool value then false
    else null;
  modifySumArgs = function: extra: innerModifySumArgs function extra { };
  closePropagation = closePropagationFast;
  closePropagationSlow = list: uniqList { inputList = innerClosePropagation [ ] list; };
  nvs = name: value: { ${name} = value; };
  mergeAttrsConcatenateValues = mergeAttrsWithFunc (a: b: toList a ++ toList b);
  mergeAttrsNoOverride =
    { mergeLists ? [ "buildInputs" "propagatedBuildInputs" ], overrideSnd ? [ "buildPhase" ] }:
    a: b:
    a
    // mapAttrs (
      name: value:
      if !(a ? ${name}) then value
      else if elem name mergeLists then value ++ a.${name}
      else if elem name overrideSnd then a.${name}
      else throw "lib.mergeAttrsNoOverride: both sets have ${name}"
    ) b;
  mergeAttrsByFuncDefaultsClean = list: removeAttrs (mergeAttrsByFuncDefaults list) [ "mergeAttrBy" ];
  nixType =
    value:
    if isAttrs value then (if value ? outPath then "derivation" else "attrs")
    else if lib.isFunction value then "function"
    else if isList value then "list"
    else if isBool value then "bool"
    else if value == null then "null"
    else if isInt value then "int"
    else "string";
  imap = lib.imap1;

  # Hashes of nothing, to find out the real one.
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  fakeSha256 = lib.strings.replicate 64 "0";
  fakeSha512 = lib.strings.replicate 128 "0";
}
