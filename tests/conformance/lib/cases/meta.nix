{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  drv = { type = "derivation"; name = "hello-1.0"; pname = "hello"; version = "1.0"; outPath = "/store/hello"; meta.mainProgram = "hi"; };
  plain = removeAttrs drv [ "meta" ];
  linux = lib.systems.elaborate "x86_64-linux";
  l = lib.licenses;
in
{
  addMetaAttrs = [ (lib.addMetaAttrs { a = 1; } drv) (lib.addMetaAttrs { a = 1; } { }) (lib.addMetaAttrs { a = 1; } { overrideAttrs = f: f { meta.b = 2; }; }) ];
  priorities = map (d: d.meta) [ (lib.lowPrio drv) (lib.hiPrio drv) (lib.setPrio 3 drv) (lib.dontDistribute drv) ];
  sets = [ (lib.lowPrioSet { a = drv; b = 1; }) (lib.hiPrioSet { a = drv; }) (lib.mapDerivationAttrset (d: d.name) { a = drv; b = 1; }) lib.meta.defaultPriority ];
  names = [ (lib.setName "n" drv).name (lib.updateName (n: n + "x") drv).name (lib.appendToName "with" drv).name ];
  platformMatch = map (lib.meta.platformMatch linux) [ "x86_64-linux" "aarch64-linux" lib.systems.inspect.patterns.isLinux { cpu.bits = 32; } lib.systems.inspect.platformPatterns.isStatic ];
  availableOn = map (lib.meta.availableOn linux) [ drv { meta.platforms = [ "x86_64-linux" ]; } { meta.platforms = [ "aarch64-linux" ]; } { meta.badPlatforms = [ "x86_64-linux" ]; } { meta = { platforms = lib.platforms.linux; badPlatforms = [ ]; }; } { meta.platforms = [ ]; } ];
  getExe = [ (lib.getExe drv) (lib.getExe' drv "other") (lib.getExe (drv // { bin = { outPath = "/bin-output"; }; })) (fails (lib.getExe' 1 "x")) (fails (lib.getExe' drv "a/b")) (fails (lib.getExe' drv 1)) ];
  getExe-name = [ (lib.getExe plain) (lib.getExe (removeAttrs plain [ "pname" ])) ];
  cpe = lib.meta.cpeFullVersionWithVendor "v" "1";
  license-data = removeAttrs l (builtins.filter (n: builtins.isFunction l.${n}) (builtins.attrNames l));
  license-functions = builtins.filter (n: builtins.isFunction l.${n}) (builtins.attrNames l);
  spdx = [ (lib.getLicenseFromSpdxId "mit") (lib.getLicenseFromSpdxId "MIT").shortName (lib.getLicenseFromSpdxIdOr "nope" 5) (lib.getLicenseFromSpdxId "nope") (builtins.attrNames lib.licensesSpdx) ];
  expressions = map (e: [ (l.toSPDX e) (l.isFree e) (l.isRedistributable e) (l.containsLicenses [ l.mit ] e) ]) [ l.mit l.unfree (l.OR [ l.mit l.unfree ]) (l.AND [ l.mit l.unfree ]) (l.AND [ (l.OR [ l.mit l.asl20 ]) l.bsd3 ]) (l.PLUS l.mit) (l.PLUS (l.OR [ l.mit l.bsd3 ])) (l.WITH l.gpl2Only l.classpathException20) ];
  sourceTypes = lib.sourceTypes;
  kernel = with lib.kernel; [ yes no module unset (freeform "x") (option yes) ((whenHelpers "5.10").whenAtLeast "5.4" yes) ((whenHelpers "5.10").whenOlder "5.4" yes) ((whenHelpers "5.10").whenBetween "5.4" "5.11" no) ];
  asserts = [ (lib.assertMsg true "x") (fails (lib.assertMsg false "x")) (lib.assertOneOf "n" 1 [ 1 2 ]) (fails (lib.assertOneOf "n" 3 [ 1 2 ])) (lib.asserts.assertEachOneOf "n" [ 1 2 ] [ 1 2 ]) (lib.asserts.checkAssertWarn [ { assertion = true; message = "m"; } ] [ ] 5) (fails (lib.asserts.checkAssertWarn [ { assertion = false; message = "m"; } ] [ ] 5)) ];
  debug = [ (lib.runTests { testA = { expr = 1; expected = 2; }; testB = { expr = 1; expected = 1; }; other = { expr = 1; expected = 3; }; }) (lib.runTests { tests = [ "other" ]; testA = { expr = 1; expected = 2; }; other = { expr = 1; expected = 3; }; }) (lib.testAllTrue [ true false ]) (lib.debug.throwTestFailures { failures = [ ]; }) (fails (lib.debug.throwTestFailures { failures = [ { name = "n"; expected = 1; result = 2; } ]; })) ];
  derivations = [ (lib.optionalDrvAttr true 1) (lib.optionalDrvAttr false 1) (builtins.attrNames (lib.lazyDerivation { derivation = throw "lazy"; })) (lib.lazyDerivation { derivation = drv // { outputs = [ "out" ]; out = 3; system = "s"; drvPath = "/d"; outputName = "out"; }; passthru.x = 1; meta = { m = 1; }; }) (fails (lib.lazyDerivation { derivation = drv // { outputs = [ "a" ]; }; }).name) ];
  warnOnInstantiate = builtins.attrNames (lib.warnOnInstantiate "w" (drv // { overrideAttrs = f: drv; }));
  callPackageWith =
    let
      callPackage = lib.callPackageWith { a = 1; b = 2; };
      p = callPackage ({ a, b, c ? 3 }: { sum = a + b + c; }) { b = 5; };
    in
    [ p.sum (p.override { c = 10; }).sum (p.override (old: { b = old.b + 1; })).sum ((p.override { c = 10; }).override { a = 0; }).sum (lib.functionArgs p.override) ((callPackage ({ a }: x: x + a) { }) 4) (callPackage ({ a }: [ a ]) { }) ];
  callPackagesWith = let ps = lib.callPackagesWith { a = 1; } ({ a, b ? 2 }: { x = { v = a; }; y = { v = b; }; }) { }; in [ ps.x.v ps.y.v (ps.y.override { b = 9; }).v (fails (lib.callPackagesWith { } ({ }: drv) { })) ];
  makeOverridable = let f = lib.makeOverridable ({ x, y ? 2 }: { r = x * y; overrideAttrs = g: { r = g x; }; }) { x = 3; }; in [ f.r (f.override { y = 5; }).r (f.overrideAttrs (x: x + 100)).r ((f.override { x = 1; }).overrideAttrs (x: x + 100)).r (builtins.attrNames f) ];
  makeOverridable-set = builtins.attrNames (lib.makeOverridable { __functor = self: x: x; extra = 1; override = x: { }; });
  makeScope =
    let
      scope = lib.makeScope (extra: lib.callPackageWith ({ base = 1; } // extra)) (self: { a = self.callPackage ({ base }: { v = base; }) { }; b = self.callPackage ({ a }: { v = a.v + 1; }) { }; });
      over = scope.overrideScope (final: prev: { a = { v = 10; }; });
    in
    [ scope.b.v over.b.v (builtins.attrNames scope) (builtins.attrNames (scope.packages scope)) ];
  makeScopeWithSplicing' =
    let
      splices = { selfBuildBuild = { }; selfBuildHost = { }; selfBuildTarget = { }; selfHostHost = { }; selfTargetTarget = { }; };
      scope = lib.makeScopeWithSplicing' { splicePackages = x: x.pkgsHostTarget; newScope = extra: lib.callPackageWith extra; } { otherSplices = splices; f = self: { a = { v = 1; }; b = self.callPackage ({ a }: { v = a.v + 1; }) { }; }; };
    in
    [ scope.b.v (scope.overrideScope (f: p: { a.v = 5; })).b.v (builtins.attrNames scope) ];
  extendDerivation =
    let
      d = lib.extendDerivation true { passed = 1; } { type = "derivation"; outputs = [ "out" "dev" ]; out = { type = "derivation"; outputName = "out"; drvPath = "/d"; outPath = "/o"; }; dev = { type = "derivation"; outputName = "dev"; drvPath = "/d"; outPath = "/p"; }; drvPath = "/d"; outPath = "/o"; };
    in
    [ d.passed d.dev.outPath d.dev.outputSpecified d.dev.passed (map (o: o.outputName) d.all) d.outPath (builtins.attrNames d) ];
  hydraJob = [ (lib.hydraJob null) (builtins.attrNames (lib.hydraJob { name = "n"; system = "s"; meta = { }; out = { outPath = "/o"; drvPath = "/d"; }; })) ];
  extendMkDerivation =
    let
      make = lib.extendMkDerivation { constructDrv = f: lib.fix f; excludeDrvArgNames = [ "hidden" ]; extendDrvArgs = final: { name, hidden ? 1, ... }: { full = "${name}-${toString hidden}"; again = final.name; }; };
    in
    [ (make { name = "a"; hidden = 2; }) (make (final: { name = "b"; })) (lib.functionArgs make) ];
  cross = [ (lib.renameCrossIndexFrom "pkgs" { pkgsBuildBuild = 1; pkgsBuildHost = 2; pkgsBuildTarget = 3; pkgsHostHost = 4; pkgsHostTarget = 5; pkgsTargetTarget = 6; }) (lib.renameCrossIndexTo "self" { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }) (lib.mapCrossIndex (x: x * 10) { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }) ];
  fetchers = [ (lib.fetchers.normalizeHash { } { hash = "sha256-x"; a = 1; }) (lib.fetchers.normalizeHash { } { sha256 = ""; }) (lib.fetchers.normalizeHash { required = false; } { a = 1; }) (fails (lib.fetchers.normalizeHash { } { })) (fails (lib.fetchers.normalizeHash { } { hash = "a"; sha256 = "b"; })) (lib.fetchers.normalizeHash { } { outputHash = 1; }) lib.fetchers.proxyImpureEnvVars ];
  withNormalizedHash = let f = lib.fetchers.withNormalizedHash { } ({ outputHash, outputHashAlgo, url }: { inherit outputHash outputHashAlgo url; }); in [ (f { url = "u"; sha256 = "s"; }) (lib.functionArgs f) ];
}
