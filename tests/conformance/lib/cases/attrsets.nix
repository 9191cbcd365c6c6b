{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  set = { a = 1; b = 2; c = 3; };
  drv = { type = "derivation"; name = "x"; out = "o"; lib = "l"; dev = "d"; man = "m"; bin = "b"; static = "s"; };
in
{
  attrByPath = [ (lib.attrByPath [ "a" "b" ] 6 { a.b = 3; }) (lib.attrByPath [ "z" ] 6 { a = 1; }) (lib.attrByPath [ ] 6 { a = 1; }) (lib.attrByPath [ "a" "b" ] 6 { a = 1; }) (lib.attrByPath [ "a" ] (throw "lazy") { a = 1; }) ];
  hasAttrByPath = [ (lib.hasAttrByPath [ "a" "b" ] { a.b = 3; }) (lib.hasAttrByPath [ "a" "c" ] { a.b = 3; }) (lib.hasAttrByPath [ ] 5) (lib.hasAttrByPath [ "a" "b" ] { a = 1; }) ];
  longestValidPathPrefix = [ (lib.attrsets.longestValidPathPrefix [ "a" "b" "c" "d" ] { a.b.c = 0; }) (lib.attrsets.longestValidPathPrefix [ "a" ] { a = 0; }) (lib.attrsets.longestValidPathPrefix [ "z" "z" ] { a = 0; }) ];
  setAttrByPath = [ (lib.setAttrByPath [ "a" "b" ] 3) (lib.setAttrByPath [ ] 4) (lib.setAttrByPath [ "x.y" ] 1) ];
  getAttrFromPath = lib.getAttrFromPath [ "a" "b" ] { a.b = 3; };
  attrVals = lib.attrVals [ "a" "c" ] set;
  getAttrs = lib.getAttrs [ "a" "b" ] set;
  catAttrs = lib.catAttrs "a" [ { a = 1; } { b = 0; } { a = 2; } ];
  filterAttrs = [ (lib.filterAttrs (n: v: n == "a" || v > 2) set) (lib.filterAttrs (n: v: false) set) (lib.filterAttrs (n: v: n == "a") { a = 1; b = throw "lazy"; }) ];
  filterAttrsRecursive = lib.filterAttrsRecursive (n: v: v != null) { a = { b = null; c = 1; }; d = null; e = [ { f = null; } ]; };
  foldlAttrs = [ (lib.foldlAttrs (acc: name: value: { sum = acc.sum + value; names = acc.names ++ [ name ]; }) { sum = 0; names = [ ]; } { foo = 1; bar = 10; }) (lib.foldlAttrs (a: n: v: a) "init" { }) ];
  foldAttrs = lib.foldAttrs (item: acc: [ item ] ++ acc) [ ] [ { a = 2; } { a = 3; b = 1; } ];
  collect = [ (lib.collect builtins.isList { a.b = [ "b" ]; c = [ 1 ]; d = 5; }) (lib.collect (x: x ? outPath) { a.outPath = "a/"; b.outPath = "b/"; }) ];
  cartesianProduct = [ (lib.cartesianProduct { a = [ 1 2 ]; b = [ 10 20 ]; }) (lib.cartesianProduct { }) (lib.cartesianProduct { a = [ ]; b = [ 1 ]; }) ];
  mapCartesianProduct = lib.mapCartesianProduct ({ a, b }: "${a}-${b}") { a = [ "1" "2" ]; b = [ "3" "4" ]; };
  nameValuePair = lib.nameValuePair "some" 6;
  mapAttrs = lib.mapAttrs (n: v: n + toString v) set;
  "mapAttrs'" = [ (lib.mapAttrs' (n: v: lib.nameValuePair ("x_" + n) (v + 1)) set) (lib.mapAttrs' (n: v: { name = "same"; value = n; }) set) ];
  mapAttrsToList = [ (lib.mapAttrsToList (n: v: n + toString v) set) (lib.mapAttrsToList (n: v: n) { z = 1; a = 2; B = 3; _ = 4; }) ];
  attrsToList = lib.attrsToList { b = 2; a = 1; };
  concatMapAttrs = [ (lib.concatMapAttrs (n: v: { ${n} = v; ${n + v} = v; }) { x = "a"; y = "b"; }) (lib.concatMapAttrs (n: v: { same = n; }) set) (lib.concatMapAttrs (n: v: throw "none") { }) ];
  mapAttrsRecursive = lib.mapAttrsRecursive (path: value: lib.concatStringsSep "-" (path ++ [ value ])) { n = { a = "A"; m = { b = "B"; c = "C"; }; }; d = "D"; };
  mapAttrsRecursiveCond = lib.mapAttrsRecursiveCond (as: !(as ? stop)) (path: v: if builtins.isAttrs v then "cut" else "${lib.last path}=${toString v}") { a.b = 1; c = { stop = true; d = 2; }; };
  mapAttrsToListRecursive = lib.mapAttrsToListRecursive (path: value: "${lib.concatStringsSep "." path}=${toString value}") { b = 1; a = { d = 2; c = 3; }; };
  mapAttrsToListRecursiveCond = lib.mapAttrsToListRecursiveCond (path: as: !(as ? stop)) (path: v: lib.concatStringsSep "." path) { a = { stop = 1; }; b.c.d = 1; };
  genAttrs = [ (lib.genAttrs [ "foo" "bar" ] (name: "x_" + name)) (lib.genAttrs [ ] (throw "none")) (builtins.attrNames (lib.genAttrs [ "a" "a" "b" ] (n: throw "lazy"))) ];
  "genAttrs'" = lib.genAttrs' [ "foo" "bar" ] (s: lib.nameValuePair ("x_" + s) ("y_" + s));
  isDerivation = map lib.isDerivation [ drv { } { type = "x"; } 1 "s" null ];
  optionalAttrs = [ (lib.optionalAttrs true { my = "set"; }) (lib.optionalAttrs false (throw "lazy")) ];
  zipAttrsWithNames = lib.zipAttrsWithNames [ "a" ] (name: vs: "${name} ${toString vs}") [ { a = "x"; } { a = "y"; b = "z"; } ];
  zipAttrsWith = lib.zipAttrsWith (name: values: values) [ { a = "x"; } { a = "y"; b = "z"; } ];
  zipAttrs = lib.zipAttrs [ { a = "x"; } { a = "y"; b = "z"; } ];
  mergeAttrsList = [ (lib.mergeAttrsList [ { a = 0; b = 1; } { c = 2; d = 3; } { a = 9; } ]) (lib.mergeAttrsList [ ]) (lib.mergeAttrsList [ { a = 0; } ]) ];
  recursiveUpdateUntil = lib.recursiveUpdateUntil (path: l: r: path == [ "foo" ]) { foo.bar = 1; foo.baz = 2; bar = 3; q.w = 1; } { foo.bar = 1; foo.quz = 2; baz = 4; q = { e = 2; }; };
  recursiveUpdate = [
    (lib.recursiveUpdate { boot.loader.grub.enable = true; boot.loader.grub.device = "/dev/hda"; } { boot.loader.grub.device = ""; })
    (lib.recursiveUpdate { a = 1; b.c = 1; } { a.x = 2; b = 3; })
    (lib.recursiveUpdate { } { a = 1; })
    (lib.recursiveUpdate { a = { b = { c = 1; d = 2; }; }; l = [ 1 ]; } { a = { b = { c = 9; }; }; l = [ 2 ]; })
    (builtins.attrNames (lib.recursiveUpdate { a = throw "l"; } { a = throw "r"; b = 1; }))
  ];
  matchAttrs = [ (lib.matchAttrs { cpu = { }; } { cpu = { bits = 64; }; }) (lib.matchAttrs { a = 1; } { a = 2; }) (lib.matchAttrs { a.b = 1; } { a.b = 1; a.c = 2; }) (lib.matchAttrs { a.b = 1; } { a = 1; }) (lib.matchAttrs { } { }) (lib.matchAttrs { z = 1; } { }) ];
  overrideExisting = lib.overrideExisting { a = 1; b = 2; } { b = 3; c = 4; };
  showAttrPath = [ (lib.showAttrPath [ "foo" "10" "bar" "if" "a'b" "a b" ]) (lib.showAttrPath [ ]) ];
  outputs = [ (lib.getOutput "dev" drv) (lib.getBin drv) (lib.getLib drv) (lib.getDev drv) (lib.getMan drv) (lib.getStatic drv) (lib.getInclude drv) (lib.getOutput "none" drv) (lib.getOutput "none" { x = 1; }) (lib.getOutput "dev" { outputSpecified = true; dev = 1; }) (lib.getOutput "dev" { outputSpecified = false; dev = 1; }) ];
  getFirstOutput = [ (lib.getFirstOutput [ "none" "dev" ] drv) (lib.getFirstOutput [ "none" ] { a = 1; }) (lib.getFirstOutput [ "dev" ] { outputSpecified = true; dev = 2; }) ];
  chooseDevOutputs = lib.chooseDevOutputs [ drv { x = 1; } ];
  recurse = [ (lib.recurseIntoAttrs { a = 1; }) (lib.dontRecurseIntoAttrs { a = 1; }) ];
  unionOfDisjoint = [ (lib.attrsets.unionOfDisjoint { a = 1; } { b = 2; }) (fails (lib.attrsets.unionOfDisjoint { a = 1; } { a = 2; })) (lib.attrsets.unionOfDisjoint { a = 1; c = 1; } { a = 2; }).c ];
  updateManyAttrsByPath = [
    (lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { d = old.c; }; } { path = [ "a" "b" "c" ]; update = old: old + 1; } { path = [ "x" "y" ]; update = old: "xy"; } ] { a.b.c = 0; })
    (lib.updateManyAttrsByPath [ ] { a = 1; })
    (lib.updateManyAttrsByPath [ { path = [ ]; update = old: old + 1; } { path = [ ]; update = old: old * 10; } ] 1)
    (fails (lib.updateManyAttrsByPath [ { path = [ "a" ]; update = old: old; } ] { }))
    (fails (lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: 1; } ] { a = 1; }))
  ];
  re-exports = [ (lib.attrNames { b = 1; a = 2; }) (lib.attrValues { b = 1; a = 2; }) (lib.hasAttr "a" { a = 1; }) (lib.getAttr "a" { a = 1; }) (lib.isAttrs { }) (lib.intersectAttrs { a = 1; } { a = 2; b = 3; }) (lib.removeAttrs { a = 1; b = 2; } [ "a" "z" ]) (lib.listToAttrs [ { name = "x"; value = 1; } { name = "x"; value = 2; } ]) ];
}
