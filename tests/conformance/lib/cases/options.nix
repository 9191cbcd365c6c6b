{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  noType = option: removeAttrs option [ "type" "apply" ];
  pkgs = { hello = { name = "hello"; }; python3.pkgs.numpy = { name = "numpy"; }; };
  defs = values: map (value: { inherit value; file = "f.nix"; }) values;
  path = [ "a" "b" ];
  opt = name: extra: { _type = "option"; loc = [ "o" name ]; declarations = [ "d.nix" ] ; type = { description = "text"; getSubOptions = _: { }; emptyValue = { }; }; } // extra;
in
{
  mkOption = [ (lib.mkOption { }) (lib.mkOption { default = 1; description = "x"; }) (noType (lib.mkOption { type = 1; apply = 2; readOnly = true; internal = true; visible = false; example = 3; defaultText = 4; relatedPackages = [ ]; })) ];
  isOption = map lib.isOption [ (lib.mkOption { }) { } 1 { _type = "x"; } ];
  mkEnableOption = noType (lib.mkEnableOption "the thing");
  mkPackageOption = map noType [
    (lib.mkPackageOption pkgs "hello" { })
    (lib.mkPackageOption pkgs "numpy" { default = [ "python3" "pkgs" "numpy" ]; example = "pkgs.x"; extraDescription = "Extra."; })
    (lib.mkPackageOption pkgs [ "python3" "pkgs" "numpy" ] { pkgsText = "p"; nullable = true; example = [ "a" "b" ]; })
    (lib.mkPackageOption pkgs "hello" { default = null; nullable = true; })
    (lib.mkPackageOption pkgs "hello" { default = null; })
  ];
  mkPackageOption-missing = fails (lib.mkPackageOption pkgs "nope" { }).default;
  mkSinkUndeclaredOptions = noType (lib.mkSinkUndeclaredOptions { default = 5; });
  literals = [ (lib.literalExpression "x") (lib.literalMD "x") (lib.options.literalCode "nix" "a") (fails (lib.literalExpression 1)) (fails (lib.literalMD 1)) ];
  showOption = map lib.showOption [ [ "foo" "bar" "baz" ] [ "foo" "bar.baz" "tux" ] [ "windowManager" "2bwm" "enable" ] [ "a" "<name>" "*" ] [ "a" "if" "x y" ] [ ] ];
  showFiles = [ (lib.showFiles [ "a" "b" ]) (lib.showFiles [ ]) ];
  showDefs = [ (lib.options.showDefs (defs [ 1 "x" { a.b = [ 1 ]; } "l\nm" ])) (lib.options.showDefs [ { file = "f"; value = throw "x"; } { file = "g"; value = { a = 1; b = 2; c = 3; d = 4; e = 5; f = 6; }; } ]) ];
  showOptionWithDefLocs = lib.showOptionWithDefLocs { loc = [ "x" "y" ]; files = [ "/a" "/b" ]; };
  getValues = [ (lib.getValues (defs [ 1 2 ])) (lib.getFiles (defs [ 1 2 ])) ];
  unknownModule = lib.unknownModule;
  mergeDefaultOption = [
    (lib.mergeDefaultOption path (defs [ 1 ])) (lib.mergeDefaultOption path (defs [ [ 1 ] [ 2 ] ])) (lib.mergeDefaultOption path (defs [ { a = 1; b = 1; } { b = 2; } ]))
    (lib.mergeDefaultOption path (defs [ true false ])) (lib.mergeDefaultOption path (defs [ "a" "b" ])) (lib.mergeDefaultOption path (defs [ 3 3 ]))
    (fails (lib.mergeDefaultOption path (defs [ 3 4 ]))) (fails (lib.mergeDefaultOption path (defs [ 3 "x" ]))) (fails (lib.mergeDefaultOption path (defs [ null null ])))
  ];
  mergeOneOption = [ (lib.mergeOneOption path (defs [ 1 ])) (fails (lib.mergeOneOption path (defs [ 1 1 ]))) (fails (lib.mergeOneOption path [ ])) ];
  mergeUniqueOption = [ (lib.mergeUniqueOption { message = "m"; } path (defs [ 1 ])) (lib.mergeUniqueOption { message = "m"; merge = loc: defs: [ loc defs ]; } path (defs [ 1 ])) ];
  mergeEqualOption = [ (lib.mergeEqualOption path (defs [ 1 1 ])) (lib.mergeEqualOption path (defs [ 1 ])) (fails (lib.mergeEqualOption path (defs [ 1 2 ]))) ];
  scrubOptionValue = lib.scrubOptionValue { a = { type = "derivation"; name = "n"; x = 1; }; b = [ { _args = 1; c = 2; } ]; d = "s"; };
  renderOptionValue = [ (lib.options.renderOptionValue { a = 1; }) (lib.options.renderOptionValue (lib.literalExpression "y")) ];
  docList = lib.optionAttrSetToDocList {
    a = opt "a" { description = "d"; default = 1; example = lib.literalExpression "e"; };
    b.c = opt "c" { internal = true; visible = false; readOnly = true; };
    d = opt "d" { visible = "shallow"; defaultText = lib.literalMD "t"; relatedPackages = [ "p" ]; declarations = [ "<unknown-file>" "x" ]; };
    e = opt "e" { type = { description = "sub"; getSubOptions = loc: { z = opt "z" { loc = loc ++ [ "z" ]; }; }; emptyValue = { value = { }; }; getSubModules = null; }; };
    f = opt "f" { visible = "transparent"; type = { description = "sub"; getSubOptions = loc: { z = opt "z" { }; }; emptyValue = { }; }; };
    g = opt "g" { type = { }  // { getSubOptions = _: { }; }; };
  };
  "docList'" = builtins.length (lib.optionAttrSetToDocList' [ "x" ] { a = opt "a" { }; });

  builders = [ (lib.mkIf true 1) (lib.mkIf false { a = 1; }) (lib.mkMerge [ 1 2 ]) (lib.mkOverride 7 1) (lib.mkOptionDefault 1) (lib.mkDefault 1) (lib.mkImageMediaOverride 1) (lib.mkForce 1) (lib.mkVMOverride 1) (lib.mkOrder 3 1) (lib.mkBefore 1) (lib.mkAfter 1) ];
  mkIf-lazy = (lib.mkIf (throw "c") (throw "v"))._type;
  mkAssert = [ (lib.mkAssert true "m" 1) (fails (lib.mkAssert false "m" 1).condition) ];
  mkDefinition = lib.mkDefinition { file = "f"; value = 1; x = 2; };
  priorities = [ lib.modules.defaultOverridePriority lib.modules.defaultOrderPriority ];
  mkDerivedConfig = [ (lib.mkDerivedConfig { highestPrio = 50; value = 2; } (x: x + 1)) (lib.mkDerivedConfig { value = 2; } (x: x + 1)) ];
  mkAliasDefinitions = lib.mkAliasDefinitions { isDefined = true; definitions = [ 1 2 ]; };
  mkAliasAndWrapDefinitions = lib.mkAliasAndWrapDefinitions (x: { a = x; }) { isDefined = false; definitions = [ 1 ]; };
  mkAliasAndWrapDefsWithPriority = lib.modules.mkAliasAndWrapDefsWithPriority (x: { a = x; }) { isDefined = true; definitions = [ 1 ]; highestPrio = 50; };
  setDefaultModuleLocation = lib.setDefaultModuleLocation "file.nix" { a = 1; };
  importers = [ (lib.modules.importJSON ./data/sample.json).config (lib.modules.importTOML ./data/sample.toml).config (builtins.attrNames (lib.modules.importApply ./data/apply.nix 5)) (builtins.head (lib.modules.importApply ./data/apply.nix 5).imports) ];
  pushDown = lib.modules.pushDownProperties (lib.mkMerge [ (lib.mkIf true { a = 1; b = lib.mkForce 2; }) (lib.mkForce { c = 3; }) { d = 4; } (lib.mkIf false 5) (lib.mkMerge [ ]) ]);
  discharge = [ (lib.modules.dischargeProperties (lib.mkMerge [ (lib.mkIf true 1) (lib.mkIf false (throw "no")) (lib.mkIf true (lib.mkMerge [ 2 3 ])) 4 ])) (fails (lib.modules.dischargeProperties (lib.mkIf 1 2))) ];
  filterOverrides = [ (lib.filterOverrides (defs [ (lib.mkForce 1) 2 (lib.mkForce 3) (lib.mkDefault 4) ])) (lib.filterOverrides (defs [ (lib.mkDefault 1) ])) (lib.modules.filterOverrides' (defs [ 1 (lib.mkDefault 4) ])) (lib.modules.filterOverrides' (defs [ (lib.mkDefault 4) ])) ];
  sortProperties = lib.sortProperties (defs [ (lib.mkAfter 1) 2 (lib.mkBefore 3) 4 (lib.mkOrder 1000 5) ]);
  mapDefinitionValue = map (lib.modules.mapDefinitionValue (x: [ x ])) [ 1 (lib.mkIf true 1) (lib.mkMerge [ 1 (lib.mkForce 2) ]) (lib.mkBefore 3) (lib.mkDefinition { file = "f"; value = 1; }) ];
  renamed =
    let
      module = lib.mkRenamedOptionModule [ "a" "x" ] [ "b" ];
      result = module { config.b = 5; options = { a.x = { isDefined = true; files = [ "f" ]; definitions = [ 1 ]; highestPrio = 60; }; b = { type = "T"; }; warnings = { }; }; };
    in
    [ (noType result.options.a.x) (result.options.a.x.type) result.config ];
  renamed-with = map (sinceRelease: let r = lib.mkRenamedOptionModuleWith { inherit sinceRelease; from = [ "a" ]; to = [ "b" ]; } { config.b = 1; options = { a = { isDefined = true; files = [ "f" ]; definitions = [ 1 ]; highestPrio = 100; }; b.type = "T"; warnings = 1; }; }; in [ (noType r.options.a) r.config ]) [ 2405 9911 ];
  alias = let r = lib.mkAliasOptionModule [ "a" ] [ "b" "c" ] { config.b.c = 1; options = { a = { isDefined = false; files = [ ]; definitions = [ ]; }; b.c.type = "T"; }; }; in [ (noType r.options.a) r.config (r.options.a.apply 9) ];
  rename-plain = let r = lib.doRename { from = [ "a" ]; to = [ "b" ]; visible = true; warn = false; use = x: x + 1; withPriority = false; condition = false; } { config.b = 1; options = { a = { isDefined = true; files = [ ]; definitions = [ 7 ]; }; b.type = null; }; }; in [ (noType r.options.a) r.config (r.options.a.apply 9) ];
  removed = let r = lib.mkRemovedOptionModule [ "a" "b" ] "Use c." { options.a.b = { isDefined = true; files = [ "f" "g" ]; }; }; in [ (noType r.options.a.b) r.config (fails (r.options.a.b.apply 1)) ];
  merged = let r = lib.mkMergedOptionModule [ [ "a" ] [ "b" "c" ] ] [ "d" "e" ] (config: config.a + 1) { config = { a = 1; b.c = "_mkMergedOptionModule"; }; options = { a.files = [ "f" ]; b.c.files = [ ]; }; }; in [ r.options r.config ];
  changed = let r = lib.mkChangedOptionModule [ "a" ] [ "d" ] (config: 1) { config.a = "_mkMergedOptionModule"; options.a.files = [ ]; }; in [ r.options r.config ];
}
