{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  inherit (lib) hm;
  inherit (hm.dag) entryAfter entryAnywhere entryBefore entryBetween;
  text = value: removeAttrs value [ "__toString" ] // { shown = toString value; };
in
{
  entries = [ (entryAnywhere 1) (entryAfter [ "a" ] 2) (entryBefore [ "b" ] 3) (entryBetween [ "b" ] [ "a" ] 4) ];
  isEntry = map hm.dag.isEntry [ (entryAnywhere 1) { } { data = 1; } ];
  isDag = map hm.dag.isDag [ { a = entryAnywhere 1; } { a = 1; } { } ];
  topoSort = [
    (hm.dag.topoSort { a = entryAnywhere "1"; b = entryAfter [ "a" "c" ] "2"; c = entryBefore [ "d" ] "3"; d = entryBefore [ "e" ] "4"; e = entryAnywhere "5"; })
    (hm.dag.topoSort { a = entryAnywhere "1"; b = entryAfter [ "a" "c" ] "2"; c = entryAfter [ "d" ] "3"; d = entryAfter [ "b" ] "4"; e = entryAnywhere "5"; })
    (hm.dag.topoSort { })
  ];
  map = hm.dag.map (n: v: n + v) { a = entryAfter [ "b" ] "x"; };
  between = [ (hm.dag.entriesBetween "t" [ "z" ] [ "a" ] [ 1 2 3 ]) (hm.dag.entriesBetween "t" [ "z" ] [ "a" ] [ 1 ]) (hm.dag.entriesBetween "t" [ ] [ ] [ ]) (hm.dag.entriesAnywhere "t" [ 1 2 ]) (hm.dag.entriesAfter "t" [ "a" ] [ 1 ]) (hm.dag.entriesBefore "t" [ "z" ] [ 1 2 ]) ];
  empty = hm.dag.empty;
  booleans = map hm.booleans.yesNo [ true false ];
  intervals = map hm.darwin.mkCalendarInterval [ "hourly" "daily" "weekly" "monthly" "semiannually" "annually" "other" ];
  assertions = [ (hm.darwin.assertInterval "o" "daily" { stdenv.hostPlatform.isDarwin = true; }) (hm.darwin.assertInterval "o" "*:0/5" { stdenv.hostPlatform.isDarwin = false; }) (hm.assertions.assertPlatform "m" { stdenv.hostPlatform.system = "x"; } [ "y" "x" ]) hm.darwin.intervalDocumentation ];
  git = hm.git.diffPagerConfig "less";
  storeFileName = map hm.strings.storeFileName [ ".config/a b/c-1" "x" "a$b" ];
  letters = map (s: [ (hm.strings.toSnakeCase s) (hm.strings.toKebabCase s) (hm.strings.isCamelCase s) (hm.strings.isPascalCase s) (hm.strings.isSnakeCase s) (hm.strings.isKebabCase s) (hm.strings.isScreamingSnakeCase s) ]) [ "camelCase" "PascalCase" "snake_case" "kebab-case" "SCREAMING_CASE" "lower" "A" "" "a1B2" ];
  isPathLike = map hm.strings.isPathLike [ ./data "/nix/store/x" "x" { type = "derivation"; } 1 ];
  shell = [ (hm.shell.export "A" "b") (hm.shell.export "A" true) (hm.shell.exportAll { A = 1; B = null; C = false; }) (hm.shell.prependToVar ":" "PATH" [ "$HOME/bin" "x" ]) (hm.shell.wrapLines [ "item1" "item2" "very-long-item" "item3" ] 20) (hm.shell.wrapLines [ ] 3) (hm.shell.formatShellArrayContent [ "a b" "c" ]) ];
  shell-options = builtins.attrValues (builtins.mapAttrs (n: f: removeAttrs (f { config.home.shell = { enableBashIntegration = 1; enableFishIntegration = 2; enableIonIntegration = 3; enableNushellIntegration = 4; enableZshIntegration = 5; }; extraDescription = if n == "mkZshIntegrationOption" then "More." else ""; }) [ "type" ]) { inherit (hm.shell) mkBashIntegrationOption mkFishIntegrationOption mkIonIntegrationOption mkNushellIntegrationOption mkZshIntegrationOption; });
  zsh = [ (hm.zsh.toZshValue true) (hm.zsh.toZshValue "a\"b`c\\$d") (hm.zsh.toZshValue [ "a" 1 ]) (hm.zsh.toZshValue 5) (hm.zsh.define "x" "y") (hm.zsh.defineAll { a = 1; b = "c"; }) (hm.zsh.export "x" 1) (hm.zsh.exportAll { a = 1; b = null; c = 2; } { }) (hm.zsh.exportAll { a = 1; c = 2; } { indent = "  "; }) ];
  nushell = [ (hm.nushell.toNushell { } { a = 1; b = [ "x" true null ]; c = { }; d = [ ]; e = hm.nushell.mkNushellInline "$env.X"; f = 1.5; }) (hm.nushell.toNushell { multiline = false; } { a = [ 1 2 ]; b.c = 1; }) (hm.nushell.toNushell { asBindings = true; } { x = 1; y = { z = [ 1 ]; }; }) (hm.nushell.toNushell { indent = "  "; } [ 1 { a = 2; } ]) (fails (hm.nushell.toNushell { asBindings = true; } { "a b+c" = 1; })) (hm.nushell.isNushellInline (hm.nushell.mkNushellInline "x")) (fails (hm.nushell.toNushell { } (x: x))) ];
  gvariant = map text (with hm.gvariant; [ (mkValue true) (mkValue 5) (mkValue "it's \\ \n") (mkValue 1.5) (mkValue [ "a" "b" ]) (mkValue [ ]) (mkValue [ [ 1 ] [ 2 ] ]) (mkArray type.int32 [ 1 2 ]) (mkEmptyArray type.string) (mkVariant "x") (mkDictionaryEntry [ "k" (mkVariant 1) ]) (mkNothing type.string) (mkJust "x") (mkTuple [ true "x" (mkUint32 1) ]) (mkObjectpath "/org/x") (mkUchar 1) (mkInt16 2) (mkUint16 3) (mkInt64 4) (mkUint64 5) (mkInt32 6) (mkBoolean false) (mkDouble 0.5) ]);
  gvariant-other = with hm.gvariant; [ (mkValue null) (mkValue { }) (typeOf { }) (typeOf [ [ ] ]) (typeOf (mkInt16 1)) (isArray "as") (isTuple "(ss)") (isMaybe "ms") (isDictionaryEntry "{sv}") (isGVariant (mkInt32 1)) (type.tupleOf [ "s" "i" ]) (type.dictionaryEntryOf [ "s" "v" ]) ];
  hyprconf = [
    (hm.generators.toHyprconf { attrs = { "$mod" = "SUPER"; bind = [ "a" "b" ]; general = { gaps = 5; "$x" = 1; col = { active = "z"; }; on = true; }; device = [ { name = "m"; s = 1; } { name = "n"; } ]; exec = "run"; }; })
    (hm.generators.toHyprconf { attrs = { bezier = "x"; source = "y"; a = { b = 1; }; }; importantPrefixes = [ "$" "source" ]; indentLevel = 1; })
  ];
  kdl = [
    (hm.generators.toKDL { } { a = 1; b = "q\"uo\nte\\"; c = true; d = null; e = 1.5; list = [ 1 "x" ]; mixed = [ { k = 1; } 2 [ 3 ] ]; node = { _args = [ 1 "y" ]; _props = { p = true; q = "r"; }; child = 1; _children = [ { x = 1; } { y.z = 2; } ]; }; empty = { }; none = [ ]; })
    (hm.generators.toKDL { escapeBackslashes = true; escapeTabs = true; } { a = "b\\c\td"; })
    (hm.generators.toKDL { } { })
    (fails (hm.generators.toKDL { } { a._args = [ { } ]; }))
  ];
  scfg = [
    (hm.generators.toSCFG { } [ { name = "dir"; params = [ "a" "b c" 1 true "" ]; children = [ { name = "child"; params = [ "x\"y\\z" ]; } ]; } { name = "bare"; } { name = "gone"; params = [ null ]; } { name = "gone2"; children = [ ]; } { name = "p"; params = null; children = null; } ])
    (hm.generators.toSCFG { } [ ])
  ];
  dag-texts = with hm.generators; [
    (toDAGOrderedAttrs { } { b = 1; a = 2; })
    (toDAGOrderedAttrs { } { a = entryAfter [ "b" ] "2"; b = "1"; c = entryAnywhere 3; })
    (sortDAGEntries { } { after = entryAfter [ "before" ] "2"; before = "1"; })
    (toDAGOrderedKeyValue { listsAsDuplicateKeys = true; indent = " "; } { a = [ 1 2 ]; b = 3; })
    (toDAGOrderedKeyValue { listToValue = l: toString l; } { a = [ 1 2 ]; b = 3; })
    (toDAGOrderedINI { } { s = { k = 1; }; a = entryAfter [ "s" ] { z = 2; }; })
    (isDAGEntryWithOrdering (entryAfter [ "x" ] 1))
    (isDAGEntryWithOrdering (entryAnywhere 1))
    (hasDAGEntryWithOrdering { a = 1; b = entryBefore [ "a" ] 1; })
    (toDAGOrderedText { renderAttrs = es: "{" + builtins.concatStringsSep "," (map (e: "${e.name}=${e.value}") es) + "}"; renderList = vs: "[" + builtins.concatStringsSep "," vs + "]"; renderValue = toString; } { a = [ 1 { b = 2; } ]; c = entryBefore [ "a" ] 3; })
    ((mkDAGOrderedJsonFormat { pkgs = { formats.json = _: { type = "t"; }; runCommandLocal = name: env: cmd: { inherit name env cmd; }; buildPackages.jq = "jq"; }; }).generate "f" { b = 1; a = entryAfter [ "b" ] [ 2 ]; })
    ((mkDAGOrderedIniFormat { iniFormat = { type = "t"; }; pkgs = { runCommandLocal = name: env: cmd: { inherit name env cmd; }; }; }).generate "f" { s.k = 1; })
    ((mkDAGOrderedKeyValueFormat { keyValueFormat = { type = "t"; }; cycleErrorMessage = "c"; pkgs = { runCommandLocal = name: env: cmd: { inherit name env cmd; }; }; }).generate "f" { k = 1; })
  ];
}
