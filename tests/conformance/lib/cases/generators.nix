{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  inherit (lib) generators;
  drv = { type = "derivation"; name = "d"; outPath = "/out path"; };
in
{
  mkValueStringDefault = map (generators.mkValueStringDefault { }) [ 42 true false null "str" drv ];
  mkKeyValueDefault = [ (generators.mkKeyValueDefault { } ":" "f:oo" "bar") (generators.mkKeyValueDefault { mkValueString = v: "<${toString v}>"; } " = " "a" 1) ];
  toKeyValue = [ (generators.toKeyValue { } { key = "value"; "other=key" = "baz"; n = 1; }) (generators.toKeyValue { listsAsDuplicateKeys = true; } { a = [ 1 2 ]; b = 3; }) (generators.toKeyValue { indent = "  "; } { a = 1; b = 2; }) (generators.toKeyValue { mkKeyValue = k: v: "${k} ${toString v}"; } { x = 1; }) (generators.toKeyValue { } { }) ];
  toINI = [
    (generators.toINI { } { })
    (generators.toINI { } { "foo" = { hi = "${toString 1}"; x = true; }; "[baz]" = { "also, integers" = 42; }; empty = { }; })
    (generators.toINI { listsAsDuplicateKeys = true; } { s = { k = [ "a" "b" ]; }; })
    (generators.toINI { mkSectionName = n: "<${n}>"; mkKeyValue = generators.mkKeyValueDefault { } ": "; } { s = { k = 1; }; })
  ];
  toINIWithGlobalSection = [
    (generators.toINIWithGlobalSection { } { globalSection = { }; })
    (generators.toINIWithGlobalSection { } { globalSection = { foo = "bar"; test = false; }; sections = { "foo" = { hi = "1"; }; }; })
    (generators.toINIWithGlobalSection { listsAsDuplicateKeys = true; } { globalSection = { a = [ 1 2 ]; }; })
  ];
  toGitINI = [
    (generators.toGitINI { user = { email = "user@example.org"; name = "John Doe"; signingKey = "00112233"; }; gpg = { path = "~/bin/gpg"; }; commit.gpgSign = true; extra = { boolean = true; integer = 38; name = "value"; subsection.value = "test"; subsection.deep.er = [ 1 "a" ]; }; "url \"x\"".insteadOf = "y"; })
    (generators.toGitINI { a.b = "q\"u\\o\nt\te"; alias = { l = [ "x" "y" ]; }; "a.b.c" = { d = 1; }; })
    (generators.toGitINI { })
  ];
  toDconfINI = generators.toDconfINI { "org/gnome" = { a = true; b = "it's"; c = lib.gvariant.mkInt32 5; d = [ "x" "y" ]; e = 1.5; }; };
  toPretty = [
    (generators.toPretty { } { a = 1; b = [ 1 2 { c = "x"; } ]; s = "multi\nline \${x} ''"; t = "quote\" \\ \${y}"; n = null; f = x: x; g = { a, b ? 1 }: a; "odd name" = true; d = drv; e = { }; l = [ ]; if_ = 1; "if" = 2; })
    (generators.toPretty { multiline = false; } { a = 1; b = [ 1 2 ]; s = "x\ny"; })
    (generators.toPretty { indent = "  "; } [ { a = 1; } "x\n" ])
    (generators.toPretty { allowPrettyValues = true; } { a = { __pretty = v: "<<${v}>>"; val = "z"; }; })
    (generators.toPretty { } { __functor = self: { q }: q; __functionArgs = { z = true; y = false; }; })
    (map (generators.toPretty { }) [ 1 1.5 "" "\n" true null [ ] { } (-3) ])
  ];
  withRecursion = [
    (generators.withRecursion { depthLimit = 2; throwOnDepthLimit = false; } { a.b.c.d = 1; l = [ [ [ [ 1 ] ] ] ]; s = 1; })
    (fails (generators.withRecursion { depthLimit = 1; } { a.b.c = 1; }))
    (generators.withRecursion { depthLimit = 5; } { a.b = [ 1 ]; })
  ];
  toPlist = [ (generators.toPlist { escape = true; } { a = 1; b = "x<y&z"; c = [ 1 true "s" ]; d = { e = null; f = false; }; _module = 1; "k<" = 1; empty = [ ]; none = { }; }) (generators.toPlist { escape = true; } [ ]) (generators.toPlist { escape = true; } null) (generators.toPlist { escape = true; } 1.5) ];
  toDhall = [ (generators.toDhall { } { a = 1; b = [ (-2) ]; c = "x\"y"; d = true; e = { f = false; }; }) (generators.toDhall { } [ ]) (generators.toDhall { } 0) ];
  toLua = [
    (generators.toLua { } { cmd = [ "nvim" "-l" ]; settings = { a = 1; b = null; "c d" = true; }; raw = generators.mkLuaInline "vim.fn.x()"; e = { }; l = [ ]; f = 1.5; s = "q\"\n"; })
    (generators.toLua { multiline = false; } { a = [ 1 2 ]; b = { c = 1; }; })
    (generators.toLua { asBindings = true; } { x1 = 64; xs = [ 1 ]; "a.b" = 1; })
    (generators.toLua { asBindings = true; indent = "  "; } { t = { a = 1; }; })
    (generators.toLua { indent = "    "; } [ 1 { a = 2; } ])
    (fails (generators.toLua { asBindings = true; } { "123" = 1; }))
    (map (generators.toLua { }) [ null 1 "x" true ])
  ];
  mkLuaInline = lib.mkLuaInline "x";
  json = [ (generators.toJSON { } { a = 1; b = [ "x" null ]; }) (generators.toYAML { } { a = 1; }) ];
  gvariant-values = map toString (with lib.gvariant; [
    (mkValue true) (mkValue "it's \\ \n") (mkValue 1.5) (mkValue [ "a" "b" ]) (mkArray [ (mkInt32 1) (mkInt32 2) ]) (mkEmptyArray type.int32) (mkVariant "x") (mkVariant (mkInt32 3))
    (mkDictionaryEntry "k" (mkVariant true)) (mkMaybe type.string null) (mkNothing type.string) (mkJust "x") (mkTuple [ true "x" (mkUint32 1) ]) (mkBoolean false) (mkString "s") (mkObjectpath "/org/x'y")
    (mkUchar 1) (mkInt16 (-2)) (mkUint16 3) (mkInt32 (-4)) (mkUint32 5) (mkInt64 6) (mkUint64 7) (mkDouble 0.25)
  ]);
  gvariant-types = map (v: v.type) (with lib.gvariant; [ (mkArray [ true ]) (mkDictionaryEntry "k" 1.5) (mkTuple [ "a" [ "b" ] ]) (mkJust true) (mkEmptyArray (type.tupleOf [ type.string type.int32 ])) (mkVariant 1.0) ]);
  gvariant-type = with lib.gvariant.type; [ (arrayOf string) (maybeOf int16) (tupleOf [ uchar uint16 ]) (dictionaryEntryOf string variant) boolean int32 uint32 int64 uint64 double ];
  gvariant-fails = map fails (with lib.gvariant; [ (mkValue 5) (mkValue { a = 1; }) (mkValue null) (mkArray [ ]) (mkArray [ true "x" ]) ]);
  isGVariant = map lib.gvariant.isGVariant [ (lib.gvariant.mkInt32 1) { } 1 ];
  intConstructors = lib.gvariant.intConstructors;
  toCommandLine = [
    (lib.cli.toCommandLine (name: { option = "-${name}"; sep = " "; explicitBool = false; }) { v = true; q = false; n = null; l = [ "a" "b" ]; x = 1; })
    (lib.cli.toCommandLine (name: { option = "--${name}"; sep = null; explicitBool = true; formatArg = a: "<${builtins.toJSON a}>"; }) { v = true; q = false; n = null; })
  ];
  toCommandLineGNU = [ (lib.cli.toCommandLineGNU { } { v = true; verbose = [ true true false null ]; i = ".bak"; testsuite = [ "unit" "integration" ]; e = [ "s/a/b/" "s/b/c/" ]; n = false; data = builtins.toJSON { id = 0; }; }) (lib.cli.toCommandLineGNU { explicitBool = true; isLong = n: true; } { v = true; }) ];
  shell = [ (lib.cli.toCommandLineShellGNU { } { a = "x y"; long = "z'q"; }) (lib.cli.toCommandLineShell (n: { option = "-${n}"; sep = "="; explicitBool = false; }) { a = "x y"; }) ];
  toGNUCommandLine = [ (lib.cli.toGNUCommandLine { } { data = "x"; X = "PUT"; retry = 3; retry-delay = null; url = [ "https://a" "https://b" ]; silent = false; verbose = true; }) (lib.cli.toGNUCommandLine { optionValueSeparator = "="; mkOptionName = k: "/${k}"; } { a = 1; b = [ 1 2 ]; c = true; }) ];
  toGNUCommandLineShell = lib.cli.toGNUCommandLineShell { } { data = "{\"id\":0}"; X = "PUT"; };
}
