{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
in
{
  id = lib.id 3;
  const = lib.const 1 (throw "unused");
  pipe = lib.pipe 2 [ (x: x + 2) (x: x * 3) toString ];
  pipe-none = lib.pipe 7 [ ];
  concat = lib.concat [ 1 ] [ 2 3 ];
  or = [ (lib.or true (throw "unused")) (lib.or false true) (lib.or false false) ];
  and = [ (lib.and false (throw "unused")) (lib.and true true) (lib.and true false) ];
  xor = [ (lib.xor true true) (lib.xor true false) (lib.xor false false) ];
  bits = [ (lib.bitAnd 12 10) (lib.bitOr 12 10) (lib.bitXor 12 10) (lib.bitNot 5) (lib.bitNot (-1)) ];
  boolToString = map lib.boolToString [ true false ];
  boolToYesNo = map lib.boolToYesNo [ true false ];
  mergeAttrs = lib.mergeAttrs { a = 1; b = 2; } { b = 3; c = 4; };
  flip = lib.flip (a: b: a - b) 1 10;
  defaultTo = [ (lib.defaultTo 1 null) (lib.defaultTo 1 2) (lib.defaultTo 1 false) ];
  mapNullable = [ (lib.mapNullable (x: x + 1) null) (lib.mapNullable (x: x + 1) 1) ];
  min-max = [ (lib.min 1 2) (lib.max 1 2) (lib.min "b" "a") (lib.max "b" "a") ];
  mod = [ (lib.mod 11 10) (lib.mod 1 10) (lib.mod (-5) 3) (lib.mod 5 (-3)) (lib.mod 0 3) ];
  compare = [ (lib.compare 1 2) (lib.compare 2 2) (lib.compare 3 2) (lib.compare "a" "b") ];
  splitByAndCompare =
    let
      cmp = lib.splitByAndCompare (lib.hasPrefix "foo") lib.compare lib.compare;
    in
    [ (cmp "a" "z") (cmp "fooa" "fooz") (cmp "f" "fooa") (cmp "fooa" "a") ];
  arithmetic = [ (lib.add 1 2) (lib.sub 5 3) (lib.mul 2 3) (lib.div 7 2) (lib.lessThan 1 2) (lib.lessThan "b" "a") ];
  seq = [ (lib.seq 1 2) (lib.deepSeq { a = 1; } 3) ];
  kinds = [ (lib.isBool true) (lib.isInt 1) (lib.isInt 1.0) (lib.isFloat 1.0) (lib.isFloat 1) ];
  functionArgs = [
    (lib.functionArgs ({ a, b ? 1 }: a))
    (lib.functionArgs (x: x))
    (lib.functionArgs (lib.setFunctionArgs (x: x) { z = true; }))
    (lib.functionArgs { __functor = self: { q }: q; })
  ];
  isFunction = map lib.isFunction [ (x: x) { __functor = self: x: x; } { } 1 "f" ];
  toFunction = [ ((lib.toFunction (x: x + 1)) 1) ((lib.toFunction 5) 1) ];
  mirrorFunctionArgs = [
    (lib.functionArgs (lib.mirrorFunctionArgs ({ a, b ? 2 }: a) (x: x)))
    ((lib.mirrorFunctionArgs ({ a }: a) (x: x.a + 1)) { a = 1; })
  ];
  setFunctionArgs-call = (lib.setFunctionArgs (x: x * 2) { }) 4;
  hex = map lib.toHexString [ 0 9 10 15 16 255 256 250 65535 123456789 ];
  from-hex = map lib.fromHexString [ "0" "FF" "ff" "0x7f" "deadBEEF" "000a" "7fffffffffffffff" ];
  digits = [ (lib.toBaseDigits 10 250) (lib.toBaseDigits 2 250) (lib.toBaseDigits 16 250) (lib.toBaseDigits 2 0) (lib.toBaseDigits 10 7) ];
  throwIf = [ (lib.throwIf false "no" 1) (fails (lib.throwIf true "no" 1)) (lib.throwIfNot true "no" 2) (fails (lib.throwIfNot false "no" 2)) ];
  warn-off = [ (lib.warnIf false "no" 1) (lib.warnIfNot true "no" 2) ];
  checkListOfEnum = [ (lib.checkListOfEnum "colors" [ "a" "b" ] [ "b" ] 5) (fails (lib.checkListOfEnum "colors" [ "a" ] [ "b" ] 5)) ];
  showWarnings = lib.showWarnings [ ] 3;
  oldest = [ (lib.oldestSupportedReleaseIsAtLeast 2405) (lib.oldestSupportedReleaseIsAtLeast 9911) ];
  names = [ (lib.isString lib.version) (lib.isString lib.trivial.release) (lib.isString lib.trivial.codeName) (lib.hasPrefix lib.trivial.release lib.version) ];
  revisionWithDefault = lib.trivial.revisionWithDefault "none";
  genericClosure = lib.genericClosure { startSet = [ { key = 1; } ]; operator = x: if x.key < 4 then [ { key = x.key + 1; } ] else [ ]; };
  floor-ceil = [ (lib.floor 1.5) (lib.ceil 1.5) (lib.floor (-1.5)) ];
  importJSON = lib.importJSON ./data/sample.json;
  importTOML = lib.importTOML ./data/sample.toml;
  fix = (lib.fix (self: { a = 1; b = self.a + 1; })).b;
  fix-prime = builtins.attrNames (lib.fix' (self: { a = 1; }));
  converge = lib.converge (x: x / 2) 16;
  extends = lib.fix (lib.extends (final: prev: { a = prev.a + 10; c = final.a; }) (final: { a = 1; b = final.a; }));
  composeExtensions = lib.fix (lib.extends (lib.composeExtensions (final: prev: { a = prev.a + 1; }) (final: prev: { a = prev.a * 10; b = final.a; })) (final: { a = 1; }));
  composeManyExtensions = lib.fix (lib.extends (lib.composeManyExtensions [ (f: p: { n = p.n + 1; }) (f: p: { n = p.n * 2; }) (f: p: { m = f.n; }) ]) (f: { n = 3; }));
  makeExtensible =
    let
      a = lib.makeExtensible (self: { x = 1; y = self.x + 1; });
      b = a.extend (self: super: { x = super.x + 5; });
      c = b.extend (self: super: { y = super.y * 2; });
    in
    [ a.y b.y c.y c.x ];
  makeExtensibleWithCustomName =
    let
      a = lib.makeExtensibleWithCustomName "grow" (self: { x = 1; });
    in
    [ (builtins.attrNames a) (a.grow (self: super: { x = 2; })).x ];
  toExtension = [
    (lib.toExtension { a = 1; } { } { })
    (lib.toExtension (prev: { a = prev.x; }) { } { x = 2; })
    (lib.toExtension (final: prev: { a = prev.x + final.y; }) { y = 3; } { x = 2; })
  ];
  lib-extend =
    let
      l = lib.extend (final: prev: { mine = final.range 1 2; id = x: prev.id (x + 1); });
      m = l.extend (final: prev: { mine = prev.mine ++ [ (final.id 10) ]; });
    in
    [ l.mine (l.id 1) m.mine (l ? extend) (lib ? mine) (m.trivial.id 1) ];
  inPureEvalMode = lib.isBool lib.inPureEvalMode;
  info = lib.id (lib.isFunction (lib.info "text"));
}
