# lib.attrsets: what is neither a builtin nor native.
lib:
let
  inherit (builtins)
    all attrNames attrValues catAttrs concatMap elemAt filter groupBy hasAttr head intersectAttrs isAttrs length listToAttrs map mapAttrs
    partition;
  inherit (lib) foldl foldr foldl' genAttrs getOutput nameValuePair take zipAttrsWith;

  filterAttrsRecursive =
    wanted: set:
    listToAttrs (
      concatMap (
        name:
        let
          value = set.${name};
          inner = if isAttrs value then filterAttrsRecursive wanted value else value;
        in
        if wanted name value then [ (nameValuePair name inner) ] else [ ]
      ) (attrNames set)
    );

  collect =
    wanted: value:
    if wanted value then [ value ]
    else if isAttrs value then concatMap (collect wanted) (attrValues value)
    else [ ];

  mapAttrsRecursiveCond =
    enter: function: set:
    let
      at =
        path: name: value:
        let
          here = path ++ [ name ];
        in
        if isAttrs value && enter value then mapAttrs (at here) value else function here value;
    in
    mapAttrs (at [ ]) set;

  mapAttrsToListRecursiveCond =
    enter: function: set:
    let
      below = path: inner: concatMap (name: at (path ++ [ name ]) inner.${name}) (attrNames inner);
      at = path: value: if isAttrs value && enter path value then below path value else [ (function path value) ];
    in
    below [ ] set;

  recursiveUpdateUntil =
    stop: left: right:
    let
      merge =
        path:
        zipAttrsWith (
          name: found:
          let
            here = path ++ [ name ];
            new = head found;
          in
          if length found == 1 || stop here (elemAt found 1) new then new else merge here found
        );
    in
    merge [ ] [ right left ];

  matchAttrs =
    pattern: set:
    assert isAttrs pattern;
    all (
      name:
      set ? ${name}
      && (
        if isAttrs pattern.${name} then isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else pattern.${name} == set.${name}
      )
    ) (attrNames pattern);

  showAttrPath =
    path: if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  longestValidPathPrefix =
    path: value:
    let
      from =
        depth: inner:
        if depth < length path && inner ? ${elemAt path depth} then from (depth + 1) inner.${elemAt path depth} else depth;
    in
    take (from 0 value) path;

  # `updates` are { path, update }; updates of inner paths happen before those of outer ones.
  updateManyAttrsByPath =
    updates: value:
    let
      step =
        depth: present: old: pending:
        let
          split = partition (u: length u.path == depth) pending;
          here = split.right;
          below = groupBy (u: elemAt u.path depth) split.wrong;
          where = u: showAttrPath u.path;
          inner =
            if below == { } then
              if present then old
              else throw "lib.updateManyAttrsByPath: ${where (head here)} does not exist, but its update reads the old value"
            else if !present then
              mapAttrs (_: step (depth + 1) false null) below
            else if isAttrs old then
              old // mapAttrs (name: step (depth + 1) (old ? ${name}) old.${name}) below
            else
              throw "lib.updateManyAttrsByPath: cannot update ${where (head split.wrong)}, because ${showAttrPath (take depth (head split.wrong).path)} is not a set";
        in
        foldl (result: u: u.update result) inner here;
    in
    step 0 true value updates;

  getFirstOutput =
    names: package:
    let
      present = filter (name: hasAttr name package) names;
    in
    if package.outputSpecified or false || present == [ ] then package else package.${head present};

  toDerivation =
    path:
    let
      outPath = builtins.storePath path;
      self = {
        type = "derivation";
        # A store path's base name is 32 hash characters, a dash and the name.
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf outPath));
        inherit outPath;
        outputs = [ "out" ];
        outputName = "out";
        out = self;
      };
    in
    self;

  marked = mark: set: set // { recurseForDerivations = mark; };
in
{
  inherit
    filterAttrsRecursive collect mapAttrsRecursiveCond mapAttrsToListRecursiveCond recursiveUpdateUntil matchAttrs showAttrPath
    longestValidPathPrefix updateManyAttrsByPath getFirstOutput toDerivation;

  getAttrFromPath =
    path: lib.attrByPath path (abort "cannot find attribute '${builtins.concatStringsSep "." path}'");
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  foldAttrs =
    op: start: sets:
    let
      add = set: name: done: done // { ${name} = op set.${name} (done.${name} or start); };
    in
    foldr (set: done: foldr (add set) done (attrNames set)) { } sets;
  cartesianProduct =
    lists:
    let
      widen = rows: name: concatMap (row: map (value: row // { ${name} = value; }) lists.${name}) rows;
    in
    foldl' widen [ { } ] (attrNames lists);
  mapCartesianProduct = function: lists: map function (lib.cartesianProduct lists);
  zipAttrsWithNames = names: function: sets: genAttrs names (name: function name (catAttrs name sets));
  zipAttrs = zipAttrsWith (_: values: values);
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;

  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: genAttrs names (name: set.${name});
  foldlAttrs = op: start: set: foldl' (done: name: op done name set.${name}) start (attrNames set);

  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getDev = getOutput "dev";
  getMan = getOutput "man";
  getStatic = getFirstOutput [ "static" "lib" "out" ];
  getInclude = getFirstOutput [ "include" "dev" "out" ];
  chooseDevOutputs = map (getOutput "dev");
  recurseIntoAttrs = marked true;
  dontRecurseIntoAttrs = marked false;
  unionOfDisjoint =
    a: b:
    let
      both = intersectAttrs a b;
      names = builtins.concatStringsSep " " (attrNames both);
    in
    a // b // mapAttrs (name: _: throw "lib.attrsets.unionOfDisjoint: both sets have ${name}; all of these collide: ${names}") both;
}
