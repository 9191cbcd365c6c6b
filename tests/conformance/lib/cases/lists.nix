{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  inherit (lib) range;
in
{
  singleton = lib.singleton "x";
  forEach = lib.forEach [ 1 2 ] (x: x * 10);
  foldr = [ (lib.foldr (a: b: "${a}(${b})") "z" [ "x" "y" ]) (lib.foldr (a: b: a) 0 [ 1 (throw "lazy") ]) ];
  foldl = lib.foldl (a: b: "(${a})${b}") "z" [ "x" "y" ];
  "foldl'" = [ (lib.foldl' (a: b: a - b) 0 [ 1 2 3 ]) (fails (lib.foldl' (a: b: b) (throw "start") [ 1 ])) (lib.foldl' (a: b: a + b) 5 [ ]) ];
  imap0 = lib.imap0 (i: v: "${v}-${toString i}") [ "a" "b" ];
  imap1 = lib.imap1 (i: v: "${v}-${toString i}") [ "a" "b" ];
  ifilter0 = lib.ifilter0 (i: v: i == 0 || v > 2) [ 1 2 3 ];
  concatMap = lib.concatMap (x: [ x x ]) [ 1 2 ];
  flatten = [ (lib.flatten [ 1 [ 2 [ 3 ] 4 ] [ ] ]) (lib.flatten 1) (lib.flatten [ ]) (lib.flatten [ [ [ [ "x" ] ] ] ]) ];
  remove = lib.remove 3 [ 1 3 4 3 ];
  findSingle = [ (lib.findSingle (x: x == 3) "none" "multiple" [ 1 3 3 ]) (lib.findSingle (x: x == 3) "none" "multiple" [ 1 3 ]) (lib.findSingle (x: x == 3) "none" "multiple" [ 1 9 ]) ];
  findFirst = [ (lib.findFirst (x: x > 3) 7 [ 1 6 4 ]) (lib.findFirst (x: x > 9) 7 [ 1 6 4 ]) (lib.findFirst (x: x) "d" [ ]) (lib.findFirst (x: x == 1) null [ 1 (throw "lazy") ]) ];
  findFirstIndex = [ (lib.lists.findFirstIndex (x: x > 3) null [ 0 6 4 ]) (lib.lists.findFirstIndex (x: x > 9) null [ 0 6 4 ]) ];
  any = [ (lib.any lib.isString [ 1 "a" { } ]) (lib.any lib.isString [ 1 { } ]) (lib.any (x: true) [ ]) ];
  all = [ (lib.all (x: x < 3) [ 1 2 ]) (lib.all (x: x < 3) [ 1 2 3 ]) (lib.all (x: false) [ ]) ];
  count = lib.count (x: x == 3) [ 3 2 3 4 6 ];
  optional = [ (lib.optional true "foo") (lib.optional false (throw "lazy")) ];
  optionals = [ (lib.optionals true [ 2 3 ]) (lib.optionals false (throw "lazy")) ];
  toList = [ (lib.toList [ 1 2 ]) (lib.toList "hi") (lib.toList null) ];
  range = [ (range 2 4) (range 3 2) (range (-1) 1) (range 5 5) ];
  replicate = [ (lib.replicate 3 "a") (lib.replicate 0 (throw "lazy")) ];
  partition = lib.partition (x: x > 2) [ 5 1 2 3 4 ];
  groupBy = lib.groupBy (x: if x > 2 then "big" else "small") [ 5 1 2 3 4 ];
  "groupBy'" = lib.groupBy' builtins.add 0 (x: lib.boolToString (x > 2)) [ 5 1 2 3 4 ];
  zipListsWith = [ (lib.zipListsWith (a: b: a + b) [ "h" "l" ] [ "e" "o" ]) (lib.zipListsWith (a: b: a) [ 1 2 3 ] [ 1 ]) ];
  zipLists = lib.zipLists [ 1 2 ] [ "a" "b" "c" ];
  reverseList = [ (lib.reverseList [ "b" "o" "j" ]) (lib.reverseList [ ]) ];
  listDfs = [ (lib.listDfs true lib.hasPrefix [ "/home/user" "other" "/" "/home" ]) (lib.listDfs true lib.hasPrefix [ "/home/user" "other" "/" "/home" "/" ]) ];
  listDfs-off = lib.listDfs false (a: b: a < b) [ 3 1 2 ];
  toposort = [
    (lib.toposort lib.hasPrefix [ "/home/user" "other" "/" "/home" ])
    (lib.toposort lib.hasPrefix [ "/home/user" "other" "/" "/home" "/" ])
    (lib.toposort lib.hasPrefix [ "other" "/home/user" "/home" "/" ])
    (lib.toposort (a: b: a < b) [ 3 2 1 ])
    (lib.toposort (a: b: false) [ ])
    (lib.toposort (a: b: a == 1 && b == 2 || a == 2 && b == 3 || a == 3 && b == 1) [ 1 2 3 4 ])
  ];
  sort = lib.sort (p: q: p > q) [ 5 3 7 ];
  sortOn = [ (lib.sortOn lib.stringLength [ "aa" "b" "cccc" "dd" ]) (lib.sortOn (x: -x) [ 1 3 2 ]) ];
  compareLists = [
    (lib.compareLists lib.compare [ ] [ ])
    (lib.compareLists lib.compare [ ] [ "a" ])
    (lib.compareLists lib.compare [ "a" ] [ ])
    (lib.compareLists lib.compare [ "a" "b" ] [ "a" "c" ])
    (lib.compareLists lib.compare [ 2 ] [ 1 5 ])
  ];
  naturalSort = [
    (lib.naturalSort [ "disk11" "disk8" "disk100" "disk9" ])
    (lib.naturalSort [ "10.46.133.149" "10.5.16.62" "10.54.16.25" ])
    (lib.naturalSort [ "v0.2" "v0.15" "v0.0.9" ])
    (lib.naturalSort [ "a" "B" "10" "9" "" "a1" "a01" ])
  ];
  take = [ (lib.take 2 [ "a" "b" "c" ]) (lib.take 2 [ ]) (lib.take 0 [ 1 ]) (lib.take 9 [ 1 ]) ];
  takeEnd = [ (lib.takeEnd 2 [ "a" "b" "c" ]) (lib.takeEnd 5 [ 1 ]) (lib.takeEnd 0 [ 1 ]) ];
  drop = [ (lib.drop 2 [ "a" "b" "c" "d" ]) (lib.drop 2 [ ]) (lib.drop 0 [ 1 ]) ];
  dropEnd = [ (lib.dropEnd 2 [ "a" "b" "c" ]) (lib.dropEnd 5 [ 1 ]) ];
  sublist = [ (lib.sublist 1 3 [ "a" "b" "c" "d" "e" ]) (lib.sublist 1 3 [ ]) (lib.sublist 3 9 [ 1 2 3 4 ]) (lib.sublist 1 0 [ 1 2 ]) ];
  prefix = [ (lib.lists.hasPrefix [ 1 2 ] [ 1 2 3 ]) (lib.lists.hasPrefix [ 0 1 ] [ 1 2 ]) (lib.lists.hasPrefix [ ] [ ]) (lib.lists.hasPrefix [ 1 ] [ ]) ];
  removePrefix = [ (lib.lists.removePrefix [ 1 2 ] [ 1 2 3 4 ]) (fails (lib.lists.removePrefix [ 0 1 ] [ 1 2 ])) ];
  commonPrefix = [ (lib.lists.commonPrefix [ 1 2 3 ] [ 1 2 4 ]) (lib.lists.commonPrefix [ 1 2 ] [ 1 2 3 ]) (lib.lists.commonPrefix [ 1 ] [ 2 ]) ];
  last = [ (lib.last [ 1 2 3 ]) (fails (lib.last [ ])) ];
  init = [ (lib.init [ 1 2 3 ]) (fails (lib.init [ ])) ];
  crossLists = lib.crossLists (x: y: "${toString x}${toString y}") [ [ 1 2 ] [ 3 4 ] ];
  unique = [ (lib.unique [ 3 2 3 4 ]) (lib.unique [ "a" "b" "a" ]) (lib.unique [ ]) (lib.unique [ 1 1.0 "1" [ 1 ] [ 1 ] { a = 1; } { a = 1; } null null ]) (builtins.length (lib.unique [ (throw "lazy") ])) ];
  uniqueStrings = lib.uniqueStrings [ "foo" "bar" "foo" ];
  allUnique = [ (lib.allUnique [ 3 2 3 ]) (lib.allUnique [ 3 2 ]) ];
  intersectLists = lib.intersectLists [ 1 2 3 ] [ 6 3 2 ];
  subtractLists = lib.subtractLists [ 3 2 ] [ 1 2 3 4 5 3 ];
  mutuallyExclusive = [ (lib.mutuallyExclusive [ 1 2 ] [ 3 4 ]) (lib.mutuallyExclusive [ 1 2 ] [ 2 3 ]) (lib.mutuallyExclusive [ ] [ 1 ]) (lib.mutuallyExclusive [ 1 ] [ ]) ];
  concatAttrValues = lib.concatAttrValues { b = [ 3 ]; a = [ 1 2 ]; };
  replaceElemAt = [ (lib.replaceElemAt [ 1 2 3 ] 1 9) (fails (lib.replaceElemAt [ 1 ] 1 9)) ];
  re-exports = [ (lib.head [ 1 2 ]) (lib.tail [ 1 2 ]) (lib.length [ 1 2 ]) (lib.elem 1 [ 2 ]) (lib.elemAt [ 1 2 ] 1) (lib.isList [ ]) (lib.genList (x: x * x) 3) (lib.concatLists [ [ 1 ] [ 2 ] ]) (lib.map (x: x) [ 1 ]) (lib.filter (x: x > 1) [ 1 2 ]) ];
}
