{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  plain = value: if builtins.isFunction value then "function" else if builtins.isAttrs value then builtins.mapAttrs (n: plain) (removeAttrs value [ "assertions" "_withoutFunctions" ]) else if builtins.isList value then map plain value else value;
  inherit (lib) systems;
  # `library` has no value where there are neither shared nor static libraries, and nixpkgs' nim.cpu none for MIPS.
  noLibrary = system: system // { extensions = removeAttrs system.extensions [ "library" ]; nim = if system.isMips then { } else system.nim; };
  elaborated = config: plain (noLibrary (systems.elaborate config));
in
{
  x86_64-linux = elaborated "x86_64-linux";
  aarch64-linux = elaborated "aarch64-linux";
  riscv64-linux = elaborated "riscv64-linux";
  i686-linux = elaborated "i686-linux";
  armv7l-linux = elaborated "armv7l-linux";
  armv6l-linux = elaborated "armv6l-linux";
  armv5tel-linux = elaborated "armv5tel-linux";
  x86_64-darwin = elaborated "x86_64-darwin";
  aarch64-darwin = elaborated "aarch64-darwin";
  powerpc64le-linux = elaborated "powerpc64le-linux";
  loongarch64-linux = elaborated "loongarch64-linux";
  mipsel-linux = elaborated "mipsel-linux";
  x86_64-freebsd = elaborated "x86_64-freebsd";
  musl = elaborated { config = "x86_64-unknown-linux-musl"; };
  static = elaborated { system = "x86_64-linux"; isStatic = true; };
  cross = elaborated { config = "aarch64-unknown-linux-gnu"; };
  march = elaborated { system = "x86_64-linux"; gcc = { arch = "znver3"; tune = "znver3"; }; };
  android = elaborated systems.examples.aarch64-android;
  windows = elaborated systems.examples.mingwW64;
  wasi = elaborated systems.examples.wasi32;
  avr = elaborated systems.examples.avr;
  rust-platform = elaborated { config = "x86_64-unknown-linux-gnu"; rust.rustcTarget = "x86_64-custom"; };
  all-doubles = map (s: let e = systems.elaborate s; in [ s e.system e.config e.libc e.linuxArch e.qemuArch e.go.GOARCH e.node e.nim.os e.rust.rustcTargetSpec e.rust.cargoEnvVarTarget (noLibrary e).extensions e.uname e.gcc ]) systems.doubles.all;
  all-examples = builtins.mapAttrs (n: s: let e = systems.elaborate s; in [ e.system e.config e.libc e.linker e.hasSharedLibraries e.isStatic e.rust.rustcTarget e.efiArch e.ubootArch ]) systems.examples;
  examples = systems.examples;
  doubles = systems.doubles;
  platforms-alias = lib.platforms.linux;
  platforms = plain systems.platforms;
  predicates = map (s: builtins.mapAttrs (n: p: p (systems.parse.mkSystemFromString s)) systems.inspect.predicates) [ "x86_64-linux" "aarch64-darwin" "armv7l-linux" "riscv64-linux" "i686-linux" "x86_64-freebsd" "powerpc64-linux" "wasm32-wasi" ];
  patterns = systems.inspect.patterns;
  platformPatterns = systems.inspect.platformPatterns;
  patternLogicalAnd = [ (systems.inspect.patternLogicalAnd systems.inspect.patterns.isx86_64 systems.inspect.patterns.isLinux) (fails (systems.inspect.patternLogicalAnd systems.inspect.patterns.isx86 systems.inspect.patterns.isAarch64)) (builtins.length (systems.inspect.patternLogicalAnd systems.inspect.patterns.isUnix systems.inspect.patterns.isMusl)) ];
  features = systems.architectures.features;
  inferiors = systems.architectures.inferiors;
  arch-canExecute = [ (systems.architectures.canExecute "znver3" "haswell") (systems.architectures.canExecute "haswell" "znver3") (systems.architectures.canExecute "default" "default") (systems.architectures.hasInferior "x" "y") ];
  arch-predicates = builtins.mapAttrs (n: p: map p [ "default" "haswell" "znver4" "bdver1" "la464" "nope" ]) systems.architectures.predicates;
  canExecute = let e = systems.elaborate; on = a: b: (e a).canExecute (e b); in [ (on "x86_64-linux" "i686-linux") (on "i686-linux" "x86_64-linux") (on "x86_64-linux" "x86_64-linux") (on "x86_64-linux" "x86_64-darwin") (on "aarch64-linux" "armv7l-linux") (on "armv7l-linux" "armv6l-linux") (on { system = "x86_64-linux"; gcc.arch = "znver3"; } { system = "x86_64-linux"; gcc.arch = "haswell"; }) (on "x86_64-linux" { system = "x86_64-linux"; gcc.arch = "haswell"; }) (on "aarch64-linux" "aarch64-darwin") ];
  equals = [ (systems.equals (systems.elaborate "x86_64-linux") (systems.elaborate "x86_64-linux")) (systems.equals (systems.elaborate "x86_64-linux") (systems.elaborate "i686-linux")) ];
  again = (systems.elaborate (systems.elaborate "aarch64-linux")).system;
  flakeExposed = systems.flakeExposed;
  systemToAttrs = [ (systems.systemToAttrs "x") (systems.systemToAttrs { config = "y"; }) ];
  functionNames = systems.functionNames;
  parsed = map (s: plain (systems.parse.mkSystemFromString s)) [ "x86_64-linux" "aarch64-darwin" "x86_64-unknown-linux-musl" "arm64-apple-darwin" "armv7l-unknown-linux-gnueabihf" "i686-w64-mingw32" "x86_64-pc-cygwin" "avr" "msp430-elf" "arm-none-eabi" "x86_64-unknown-netbsd" "powerpc64-linux" "armv5tel-linux" "wasm32-unknown-wasi" "javascript-unknown-ghcjs" "x86_64-windows" "aarch64-unknown-uefi" "mmix-unknown-mmixware" ];
  parse-fails = map (s: fails (systems.parse.mkSystemFromString s)) [ "x86_64" "a-b-c-d-e" "foo-linux" "x86_64-foo" "x86_64-foo-linux-gnu" "x86_64-unknown-linux-foo" "x86_64-unknown-linux" ];
  skeletons = map (l: systems.parse.mkSkeletonFromList l) [ [ "x86_64" "linux" ] [ "x86_64" "linux" "gnu" ] [ "x86_64" "apple" "darwin" ] [ "a" "b" "c" "d" ] [ "x86_64" "cygwin" ] ];
  tables = [ systems.parse.cpuTypes systems.parse.vendors systems.parse.kernels (plain systems.parse.abis) systems.parse.execFormats systems.parse.kernelFamilies systems.parse.significantBytes ];
  triples = map (s: systems.parse.tripleFromSystem (systems.parse.mkSystemFromString s)) [ "x86_64-linux" "aarch64-darwin" "armv7l-linux" "x86_64-netbsd" "i686-netbsd" "x86_64-windows" "powerpc64-linux" ];
  parse-functions = with systems.parse; [ (isCompatible cpuTypes.x86_64 cpuTypes.i686) (isCompatible cpuTypes.i686 cpuTypes.x86_64) (isCompatible cpuTypes.aarch64 cpuTypes.armv8a) (isCompatible cpuTypes.armv7a cpuTypes.armv6m) (darwinArch cpuTypes.aarch64) (darwinArch cpuTypes.x86_64) (kernelName kernels.darwin) (isSystem (mkSystemFromString "x86_64-linux")) (isSystem { }) (gnuNetBSDDefaultExecFormat cpuTypes.i686).name ];
  musl-systems = map (s: (systems.parse.mkMuslSystem (systems.parse.mkSystemFromString s)).abi.name) [ "x86_64-linux" "armv7l-linux" "armv5tel-linux" "x86_64-unknown-linux-musl" "mips64-unknown-linux-gnuabin32" "powerpc64-linux" ];
  ambiguous = map fails [ (systems.elaborate { config = "armv7l-unknown-linux-gnu"; }) (systems.elaborate { config = "x86_64-unknown-linux-gnu"; useAndroidPrebuilt = true; }) ];
}
