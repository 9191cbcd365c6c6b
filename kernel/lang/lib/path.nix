# lib.path: path values and relative paths, by their components.
lib:
let
  inherit (builtins) all concatMap concatStringsSep elemAt filter foldl' head isPath isString length match split storeDir substring typeOf;
  inherit (lib) drop;
  startsWith = lib.lists.hasPrefix;

  # Why a value is no path below something, or null.
  refusal =
    value:
    if !isString value then "a ${typeOf value} is not a string"
    else if value == "" then "it is empty"
    else if substring 0 1 value == "/" then "\"${value}\" is absolute, it starts with a slash"
    else if match "(.*/)?\\.\\.(/.*)?" value != null then "\"${value}\" leads upwards, it has a component `..`"
    else null;
  isValid = value: refusal value == null;
  valid = name: value: result: if isValid value then result else throw "lib.path.${name}: this is not a path below another: ${refusal value}";

  # Components of a valid relative path; "." ones and repeated slashes mean nothing.
  split' = text: filter (part: part != "" && part != ".") (filter isString (split "/" text));
  join' = parts: "./" + (if parts == [ ] then "." else concatStringsSep "/" parts);

  # The root of a path value and the components below it.
  parts =
    path:
    let
      climb = at: below: if dirOf at == at then { root = at; components = below; } else climb (dirOf at) ([ (baseNameOf at) ] ++ below);
    in
    climb path [ ];
  path = name: which: value: result: if isPath value then result else throw "lib.path.${name}: the ${which} argument is a ${typeOf value}, not a path";
  sameRoot =
    name: a: b: result:
    if a.root == b.root then result
    else throw "lib.path.${name}: the paths have different roots, ${toString a.root} and ${toString b.root}";

  storeParts = split' ("." + storeDir);
  inStore =
    components:
    let
      item = elemAt components (length storeParts);
      below = startsWith storeParts components && components != storeParts;
    in
    (below && match ".{32}-.+" item != null) || (components != [ ] && match "[0-9a-z]{52}" (head components) != null);
in
{
  append =
    base: below:
    path "append" "first" base (valid "append" below (base + ("/" + below)));
  hasPrefix =
    start:
    let
      a = parts start;
    in
    path "hasPrefix" "first" start (
      value:
      let
        b = parts value;
      in
      path "hasPrefix" "second" value (sameRoot "hasPrefix" a b (startsWith a.components b.components))
    );
  removePrefix =
    start:
    let
      a = parts start;
    in
    path "removePrefix" "first" start (
      value:
      let
        b = parts value;
        rest =
          if startsWith a.components b.components then drop (length a.components) b.components
          else throw "lib.path.removePrefix: ${toString value} is not below ${toString start}";
      in
      path "removePrefix" "second" value (sameRoot "removePrefix" a b (join' rest))
    );
  splitRoot =
    value:
    let
      a = parts value;
    in
    path "splitRoot" "only" value { inherit (a) root; subpath = join' a.components; };
  hasStorePathPrefix =
    value:
    let
      a = parts value;
    in
    path "hasStorePathPrefix" "only" value (
      if toString a.root == "/" then inStore a.components
      else throw "lib.path.hasStorePathPrefix: the path has a root of its own, ${toString a.root}"
    );

  subpath = {
    inherit isValid;
    components = text: valid "subpath.components" text (split' text);
    normalise = text: valid "subpath.normalise" text (join' (split' text));
    join =
      list:
      let
        check =
          i: text:
          if isValid text then i + 1 else throw "lib.path.subpath.join: element ${toString i} is not a path below another: ${refusal text}";
      in
      if all isValid list then join' (concatMap split' list) else foldl' check 0 list;
  };
}
