# lib.lists: what is neither a builtin nor native.
lib:
let
  inherit (builtins)
    any attrNames attrValues concatLists concatMap elem elemAt filter genList groupBy head isList length map mapAttrs partition sort tail;
  inherit (lib) foldl foldl' imap0 take drop unique zipListsWith;

  findFirstIndex =
    wanted: default: list:
    let
      size = length list;
      # Once found, the index is carried along; negative while nothing was found.
      look = found: i: if found >= 0 then found else if wanted (elemAt list i) then i else found;
      index = foldl' look (-1) (genList (i: i) size);
    in
    if index < 0 then default else index;

  # Depth first search for something nobody else has to come before.
  listDfs =
    stopOnCycles: before: list:
    let
      search =
        current: visited: rest:
        let
          loops = filter (x: before x current) visited;
          split = partition (x: before x current) rest;
        in
        if stopOnCycles && loops != [ ] then
          { cycle = current; inherit loops visited rest; }
        else if split.right == [ ] then
          { minimal = current; inherit visited rest; }
        else
          search (head split.right) ([ current ] ++ visited) (tail split.right ++ split.wrong);
    in
    search (head list) [ ] (tail list);

  toposort =
    before: list:
    let
      found = listDfs true before list;
      others = toposort before (found.visited ++ found.rest);
    in
    if length list < 2 then { result = list; }
    else if found ? cycle then { cycle = lib.reverseList ([ found.cycle ] ++ found.visited); inherit (found) loops; }
    else if others ? cycle then others
    else { result = [ found.minimal ] ++ others.result; };

  compareLists =
    cmp: a: b:
    let
      shared = lib.min (length a) (length b);
      at =
        i:
        let
          order = cmp (elemAt a i) (elemAt b i);
        in
        if i == shared then lib.compare (length a) (length b)
        else if order != 0 then order
        else at (i + 1);
    in
    at 0;

  # Sorting by a key that is computed once an element.
  sortOn =
    key: list:
    map (entry: entry.value) (
      sort (a: b: a.key < b.key) (map (value: { inherit value; key = key value; }) list)
    );

  nonEmpty = name: list: result: if list == [ ] then throw "lib.lists.${name}: the list must not be empty" else result;
  startsWith = start: list: take (length start) list == start;
in
{
  inherit findFirstIndex listDfs toposort compareLists sortOn;

  fold = lib.warn "lib.fold is an old name of lib.foldr." lib.foldr;
  ifilter0 = wanted: list: map (elemAt list) (filter (i: wanted i (elemAt list i)) (genList (i: i) (length list)));
  findSingle =
    wanted: none: several: list:
    let
      found = filter wanted list;
    in
    if found == [ ] then none
    else if length found == 1 then head found
    else several;

  singleton = value: [ value ];
  count = wanted: foldl' (sum: item: if wanted item then sum + 1 else sum) 0;
  foldl =
    op: start: list:
    let
      upTo = count: if count == 0 then start else op (upTo (count - 1)) (elemAt list (count - 1));
    in
    upTo (length list);
  replicate = count: value: genList (_: value) count;
  groupBy' = op: start: key: list: mapAttrs (_: foldl op start) (groupBy key list);
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = function: foldl (functions: args: concatMap (f: map f args) functions) [ function ];

  naturalSort =
    list:
    let
      # Digits become numbers; "007" is three numbers, so that equal values with different texts stay apart.
      pieces = text: map (part: if isList part then lib.toInt (head part) else part) (builtins.split "(0|[1-9][0-9]*)" text);
      keyed = map (value: { inherit value; key = pieces value; }) list;
    in
    map (entry: entry.value) (sort (a: b: compareLists lib.compare a.key b.key < 0) keyed);

  takeEnd = count: list: drop (lib.max 0 (length list - count)) list;
  dropEnd = count: list: take (lib.max 0 (length list - count)) list;
  hasPrefix = startsWith;
  removePrefix =
    start: list:
    if startsWith start list then drop (length start) list
    else throw "lib.lists.removePrefix: the list does not begin with the given prefix";
  commonPrefix =
    a: b:
    let
      differs = zipListsWith (x: y: x != y) a b;
    in
    take (findFirstIndex (x: x) (length differs) differs) a;

  uniqueStrings = list: attrNames (groupBy (x: x) list);
  allUnique = list: length (unique list) == length list;
  mutuallyExclusive = a: b: a == [ ] || !(any (x: elem x a) b);
  concatAttrValues = set: concatLists (attrValues set);
  replaceElemAt =
    list: index: value:
    if index < 0 || index >= length list then
      throw "lib.lists.replaceElemAt: there is no index ${toString index} in a list of ${toString (length list)}"
    else
      imap0 (i: old: if i == index then value else old) list;
}
