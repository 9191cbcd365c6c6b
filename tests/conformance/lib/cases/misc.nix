{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  inherit (lib) misc;
in
{
  ipv6 = [ (lib.network.ipv6.fromString "2001:DB8::ffff/64") (lib.network.ipv6.fromString "::1") (lib.network.ipv6.fromString "::") (lib.network.ipv6.fromString "fe80::/10") (lib.network.ipv6.fromString "1:2:3:4:5:6:7:8") (lib.network.ipv6.fromString "1::8/128") (lib.network.ipv6.fromString "1::") ];
  ipv6-fails = map (x: fails (lib.network.ipv6.fromString x)) [ "" "1" "1:2:3:4:5:6:7" "1:2:3:4:5:6:7:8:9" "1::2::3" "g::" "::1/0" "::1/129" "::1/a" "::1/64/1" "12345::" ":::" "1:2:3:4:5:6:7::8" ":1" "1:" ];
  eui64 = [ (lib.mkEUI64Suffix "66-75-63-6B-20-75") (lib.network.ipv6.mkEUI64Suffix "00:11:22:33:44:55") (fails (lib.mkEUI64Suffix "66-75-63-6B-20")) ];
  maybe = [ (lib.maybeAttr "a" 1 { a = 2; }) (lib.maybeAttr "a" 1 { }) (lib.maybeAttrNullable "a" 1 { }) (lib.ifEnable true 1) (lib.ifEnable false [ 1 ]) (lib.ifEnable false { a = 1; }) (lib.ifEnable false true) (lib.ifEnable false "x") ];
  checkFlag = [ (lib.checkFlag { flags = [ "a" ]; } "a") (lib.checkFlag { b = true; } "b") (lib.checkFlag { } "true") (lib.checkFlag { } "false") (lib.checkFlag { } "x") ];
  getValue = [ (lib.getValue { a = 1; } [ ] "a") (lib.getValue { flags = [ "a" ]; } [ ] "a") (lib.getValue { } [ [ "x" 1 ] [ "a" 5 ] ] "a") (lib.getValue { } [ ] "a") ];
  checkReqs = [ (lib.checkReqs { a = true; b = 1; } [ ] [ [ "a" "b" ] ]) (lib.checkReqs { a = true; } [ ] [ [ "a" "b" ] ]) (lib.checkReqs { } [ ] [ [ "a" "b" ] ]) ];
  uniqList = [ (lib.uniqList { inputList = [ 1 2 1 3 ]; }) (lib.uniqList { inputList = [ 1 2 ]; acc = [ 2 ]; }) (lib.uniqListExt { inputList = [ { k = 1; v = 1; } { k = 1; v = 2; } ]; getter = x: x.k; }) ];
  condConcat = lib.condConcat "n" [ "a" "-x" "b" "-y" ] (c: c == "a");
  lazyGenericClosure = lib.lazyGenericClosure { startSet = [ { key = 1; } ]; operator = x: if x.key < 3 then [ { key = x.key + 1; } ] else [ ]; };
  closePropagation = let p = n: deps: { outPath = n; propagatedBuildInputs = deps; }; in map (x: x.outPath) (lib.closePropagation [ (p "a" [ (p "b" [ ]) null ]) null (p "b" [ ]) ]);
  closePropagationSlow = let p = n: deps: { outPath = n; propagatedNativeBuildInputs = deps; }; in map (x: x.outPath) (misc.closePropagationSlow [ (p "a" [ (p "b" [ ]) ]) ]);
  setters = [ (lib.nvs "a" 1) (lib.setAttr { a = 1; } "b" 2) (lib.setAttrMerge "a" [ ] { a = [ 1 ]; } (x: x ++ [ 2 ])) (lib.setAttrMerge "z" [ ] { } (x: x ++ [ 2 ])) ];
  mergeFunc = [ (lib.mergeAttrsWithFunc (a: b: a + b) { a = 1; b = 2; } { b = 3; c = 4; }) (lib.mergeAttrsConcatenateValues { a = 1; b = [ 2 ]; } { b = 3; }) (lib.mergeAttrsNoOverride { } { buildInputs = [ 1 ]; x = 1; } { buildInputs = [ 2 ]; y = 2; }) (fails (lib.mergeAttrsNoOverride { } { x = 1; } { x = 2; })) ];
  mergeByFunc = [ (lib.mergeAttrsByFuncDefaultsClean [ { buildInputs = [ 1 ]; meta.a = 1; x = 1; } { buildInputs = [ 2 ]; meta.b = 2; x = 2; preConfigure = "p"; } { preConfigure = "q"; } ]) (builtins.attrNames lib.mergeAttrBy) ];
  foldArgs = let f = lib.foldArgs (a: b: a // b) (args: { v = args; }) { a = 1; } { b = 2; }; in [ f.v (f.override { c = 3; }).v f.passthru.args ];
  defaultMerge = [ (lib.defaultMerge { a = 1; } { b = 2; }) (lib.defaultMerge { a = 1; } (old: { c = old.a; })) ];
  modifySumArgs = lib.modifySumArgs (a: b: { got = a; }) { x = 1; } { p = 1; } null;
  nixType = map lib.nixType [ { outPath = "x"; } { } (x: x) [ ] true null 1 "s" ];
  fakes = [ lib.fakeHash lib.fakeSha256 lib.fakeSha512 ];
  imap = lib.imap (i: v: [ i v ]) [ "a" ];
  path-append = [ (toString (lib.path.append /foo "bar/baz")) (toString (lib.path.append /foo "./bar//baz/./")) (toString (lib.path.append /. "foo")) ];
  path-append-fails = map fails [ (lib.path.append "/foo" "bar") (lib.path.append /foo /bar) (lib.path.append /foo "") (lib.path.append /foo "/bar") (lib.path.append /foo "../bar") (lib.path.append /foo "a/..") ];
  path-prefix = [ (lib.path.hasPrefix /foo /foo/bar) (lib.path.hasPrefix /foo /foo) (lib.path.hasPrefix /foo/bar /foo) (lib.path.hasPrefix /. /foo) (lib.path.hasPrefix /fo /foo) (fails (lib.path.hasPrefix "/a" /a)) ];
  path-remove = [ (lib.path.removePrefix /foo /foo/bar/baz) (lib.path.removePrefix /foo /foo) (fails (lib.path.removePrefix /foo /bar)) ];
  path-split = map (p: let r = lib.path.splitRoot p; in [ (toString r.root) r.subpath ]) [ /foo/bar /. ];
  path-store = map lib.path.hasStorePathPrefix [ /nix/store/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo/bar/baz /nix/store/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo /nix/store /nix/store/.links/10gg8k3rmbw8p7gszarbk7qyd9jwxhcfq9i6s5i0qikx8alkk4hq /home/user /. ];
  subpath-valid = map lib.path.subpath.isValid [ null "" "/foo" "../foo" "./foo/bar" "foo/bar/" "." "./." "a/../b" "..." "a//b" "foo/.." ];
  subpath-join = [ (lib.path.subpath.join [ "foo" "bar/baz" ]) (lib.path.subpath.join [ "./foo" "." "bar//./baz/" ]) (lib.path.subpath.join [ ]) (fails (lib.path.subpath.join [ /foo ])) (fails (lib.path.subpath.join [ "a" "../b" ])) ];
  subpath-components = [ (lib.path.subpath.components ".") (lib.path.subpath.components "./foo//bar/./baz/") (lib.path.subpath.components "a") ];
  subpath-normalise = map lib.path.subpath.normalise [ "foo//bar" "foo/./bar" "foo/bar/." "./foo" "." "foo/bar/" "././." ];
  baseNames = [ (lib.baseNameOf "/a/b") (lib.dirOf "/a/b") (lib.isPath /a) ];
}
