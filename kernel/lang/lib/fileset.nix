# lib.fileset: sets of local files.
#
# A file set is a tree that begins at the root of the file system. A node is null (nothing), "directory" (all files below), another file type
# (that file), or a set of nodes by name. Trees are lazy: directories are read only where a question needs them.
lib:
let
  inherit (builtins)
    all attrNames attrValues concatLists foldl' head intersectAttrs isAttrs isBool isList isPath isString length mapAttrs
    pathExists readDir readFileType seq split tail trace typeOf;
  inherit (lib) hasPrefix hasSuffix imap0 isFunction mapAttrsToList setAttrByPath;
  inherit (lib.path) splitRoot subpath;
  inherit (lib.strings) isStringLike;

  make = tree: {
    _type = "fileset";
    _internalVersion = 3;
    _tree = tree;
    _noEval = throw "a file set is not a value to look into; lib.fileset.toSource makes a source of it, lib.fileset.trace shows it";
  };
  isSet = value: value._type or "" == "fileset";
  components = path: subpath.components (splitRoot path).subpath;
  at = path: node: make (setAttrByPath (components path) node);
  child = path: name: path + "/${name}";

  # Why a value is neither a file set nor a path that exists, or null.
  refusal =
    value:
    if isSet value then null
    else if isPath value then
      if pathExists value then null
      else "the path ${toString value} does not exist; lib.fileset.maybeMissing takes paths that may not exist"
    else if value ? _isLibCleanSourceWith then "this is a source of lib.sources; lib.fileset.fromSource makes a file set of it"
    else if isStringLike value then "\"${toString value}\" is text, and lib.fileset takes paths and file sets"
    else "a ${typeOf value} is neither a path nor a file set";
  coerce =
    where: value:
    let
      why = refusal value;
    in
    if why != null then throw "lib.fileset.${where}: ${why}"
    else if isSet value then value._tree
    else setAttrByPath (components value) (readFileType value);

  children = path: node: if isAttrs node then node else readDir path;
  isFile = node: isString node && node != "directory";

  union =
    a: b:
    if a == null || b == "directory" then b
    else if b == null || isString a then a
    else if isString b then b
    else a // b // mapAttrs (name: union a.${name}) (intersectAttrs a b);
  intersect =
    a: b:
    if a == null || b == null then null
    else if a == "directory" || isFile b then b
    else if isString a || isString b then a
    else mapAttrs (name: intersect a.${name}) (intersectAttrs a b);
  subtract =
    path: a: b:
    if a == null || isString b then null
    else if b == null then a
    else mapAttrs (name: node: subtract (child path name) node (b.${name} or null)) (children path a);

  # The tree without directories that have no files, and with "directory" where every file is in.
  prune =
    path: node:
    let
      absent = mapAttrs (_: _: null) (readDir path);
      below = mapAttrs (name: prune (child path name)) (if isAttrs node then absent // node else readDir path);
      values = attrValues below;
    in
    if node == null || isFile node then node
    else if all (value: value == null) values then null
    else if all isString values then "directory"
    else below;

  # The tree below a real directory (or the file itself); `keep path name type` decides about files, `enter` about directories.
  scan =
    enter: keep: path: name: type:
    if type != "directory" then if keep path name type then type else null
    else if !enter path then null
    else mapAttrs (inner: scan enter keep (child path inner) inner) (readDir path);
  scanFrom = enter: keep: path: at path (scan enter keep path (baseNameOf path) (readFileType path));

  files =
    path: node:
    if node == null then [ ]
    else if isFile node then [ path ]
    else concatLists (mapAttrsToList (name: files (child path name)) (children path node));

  # The node at a place of the tree; above it nothing else may be, or `outside` is the result.
  nodeAt =
    outside: names: node:
    if names == [ ] || node == null then node
    else if isString node || attrNames node != [ (head names) ] then outside
    else nodeAt outside (tail names) node.${head names};

  sourceFilter =
    root: node:
    let
      pruned = prune root node;
      base = if toString root == "/" then "/" else toString root + "/";
      within =
        names: tree:
        if isAttrs tree && names != [ ] then within (tail names) (tree.${head names} or null) else tree != null;
      names = path: builtins.filter isString (split "/" (lib.removePrefix base path));
      storable =
        path: type: type != "unknown" || throw "lib.fileset.toSource: ${path} is of a type the store cannot hold";
    in
    path: type: (if hasPrefix base path then within (names path) pruned else pruned != null) && storable path type;

  show =
    path: node:
    let
      pruned = prune path node;
      what = tree: if isAttrs tree then "" else if tree == "directory" then " (all files in directory)" else " (${tree})";
      lines =
        margin: tree:
        if !isAttrs tree then [ ]
        else
          concatLists (
            mapAttrsToList (name: inner: if inner == null then [ ] else [ "${margin}- ${name}${what inner}" ] ++ lines "${margin}  " inner) tree
          );
      # The last directory that holds everything.
      descend =
        place: tree:
        if isAttrs tree && length (attrNames tree) == 1 && isAttrs (head (attrValues tree)) then
          descend (child place (head (attrNames tree))) (head (attrValues tree))
        else
          { inherit place tree; };
      top = descend path pruned;
      text = if pruned == null then [ "(empty)" ] else [ "${toString top.place}${what top.tree}" ] ++ lines "" top.tree;
    in
    foldl' (done: line: trace line done) null text;

  fromGit =
    name: options: path:
    let
      tracked = builtins.fetchGit ({ url = path; shallow = true; } // options);
      mirror = place: mapAttrs (inner: type: if type == "directory" then mirror (child place inner) else type) (readDir place);
      isRepository = pathExists (path + "/.git");
      fail = why: throw "lib.fileset.${name}: ${why}";
    in
    if !isPath path then fail "a ${typeOf path} is not a path"
    else if readFileType path != "directory" then fail "${toString path} is not a directory"
    else if lib.path.hasStorePathPrefix path then
      if isRepository then fail "${toString path} is a copy of a repository in the store, which says nothing of what is tracked"
      else at path "directory"
    else if !isRepository then fail "${toString path} is not the top of a git repository"
    else at path (mirror tracked.outPath);

  root = /.;
in
{
  empty = make null;
  isFileset = value: refusal value == null;
  maybeMissing =
    path:
    if !isPath path then throw "lib.fileset.maybeMissing: ${if isStringLike path then "\"${toString path}\" is text" else "a ${typeOf path} is not a path"}"
    else if pathExists path then at path (readFileType path)
    else make null;
  union = a: b: make (union (coerce "union" a) (coerce "union" b));
  unions =
    list:
    if !isList list then throw "lib.fileset.unions: a ${typeOf list} is not a list"
    else make (foldl' union null (imap0 (i: coerce "unions, element ${toString i}") list));
  intersection = a: b: make (intersect (coerce "intersection" a) (coerce "intersection" b));
  difference = a: b: make (subtract root (coerce "difference" a) (coerce "difference" b));
  fileFilter =
    wanted: path:
    let
      keep =
        _: name: type:
        wanted {
          inherit name type;
          hasExt = ending: hasSuffix ".${ending}" name;
          "the function given to lib.fileset.fileFilter needs `...` in its pattern, more may be passed one day" = null;
        };
    in
    if !isFunction wanted then throw "lib.fileset.fileFilter: a ${typeOf wanted} is not a function"
    else if isSet path then throw "lib.fileset.fileFilter: the second argument is a file set; use `intersection set (fileFilter function ./.)`"
    else if !isPath path then throw "lib.fileset.fileFilter: a ${typeOf path} is not a path"
    else if !pathExists path then throw "lib.fileset.fileFilter: the path ${toString path} does not exist"
    else scanFrom (_: true) keep path;
  fromSource =
    source:
    let
      isFiltered = source ? _isLibCleanSourceWith;
      path = if isFiltered then source.origSrc else source;
      wanted = place: type: source.filter (toString place) type;
    in
    if !isPath path then throw "lib.fileset.fromSource: the origin of the source is a ${typeOf path}, not a path"
    else if !pathExists path then throw "lib.fileset.fromSource: the origin ${toString path} of the source does not exist"
    else if isFiltered then
      # The filter is not asked about the origin itself.
      scanFrom (place: place == path || wanted place "directory") (place: _: type: place == path || wanted place type) path
    else at path (readFileType path);
  gitTracked = fromGit "gitTracked" { };
  gitTrackedWith =
    { recurseSubmodules ? false }:
    if isBool recurseSubmodules then fromGit "gitTrackedWith" { submodules = recurseSubmodules; }
    else throw "lib.fileset.gitTrackedWith: recurseSubmodules is a ${typeOf recurseSubmodules}, not a boolean";

  toList = set: files root (coerce "toList" set);
  trace = set: seq (show root (coerce "trace" set)) (value: value);
  traceVal =
    set:
    let
      tree = coerce "traceVal" set;
    in
    seq (show root tree) (make tree);
  toSource =
    { root, fileset }:
    let
      outside = throw "lib.fileset.toSource: the file set has files that are not below the root ${toString root}; choose a root further up";
      node = nodeAt outside (components root) (coerce "toSource" fileset);
      fail = why: throw "lib.fileset.toSource: ${why}";
    in
    if root ? _isLibCleanSourceWith then fail "the root is a source of lib.sources, not a path; give it as `fileset`, through lib.fileset.fromSource"
    else if !isPath root then fail (if isStringLike root then "the root \"${toString root}\" is text, not a path" else "the root is a ${typeOf root}, not a path")
    else if !pathExists root then fail "the root ${toString root} does not exist"
    else if readFileType root != "directory" then fail "the root ${toString root} is a file; use the directory it is in"
    else
      seq node (lib.sources.cleanSourceWith { name = "source"; src = root; filter = sourceFilter root node; });
}
