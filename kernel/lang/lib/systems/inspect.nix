# lib.systems.inspect: questions about a parsed system, as patterns it has to contain and as predicates.
lib:
let
  inherit (builtins) any attrValues concatMap filter intersectAttrs mapAttrs removeAttrs toJSON;
  inherit (lib) hasPrefix matchAttrs toList;
  inherit (lib.systems.parse) cpuTypes execFormats kernelFamilies kernels significantBytes;

  # The checks that belong to an ABI are no part of a pattern.
  abis = mapAttrs (_: abi: removeAttrs abi [ "assertions" ]) lib.systems.parse.abis;

  family = family: { cpu = { inherit family; }; };
  wide = name: bits: { cpu = { family = name; inherit bits; }; };
  kernel = name: { kernel = kernels.${name}; };
  abi = name: { abi = abis.${name}; };
  abiKind = kind: { abi.abi = kind; };
  kernelFamily = name: { kernel.families.${name} = kernelFamilies.${name}; };
  format = name: { kernel.execFormat = execFormats.${name}; };

  patterns = {
    isi686.cpu = cpuTypes.i686;
    isJavaScript.cpu = cpuTypes.javascript;
    isx86 = family "x86";
    isx86_32 = wide "x86" 32;
    isx86_64 = wide "x86" 64;
    isPower = family "power";
    isPower64 = wide "power" 64;
    isAarch = family "arm";
    isAarch32 = wide "arm" 32;
    isAarch64 = wide "arm" 64;
    isArmv7 = map (cpu: { cpu = { inherit (cpu) arch; }; }) (filter (cpu: hasPrefix "armv7" (cpu.arch or "")) (attrValues cpuTypes));
    isMips = family "mips";
    isMips32 = wide "mips" 32;
    isMips64 = wide "mips" 64;
    isMips64n32 = wide "mips" 64 // abiKind "n32";
    isMips64n64 = wide "mips" 64 // abiKind "64";
    isRiscV = family "riscv";
    isRiscV32 = wide "riscv" 32;
    isRiscV64 = wide "riscv" 64;
    isSparc = family "sparc";
    isSparc64 = wide "sparc" 64;
    isS390 = family "s390";
    isS390x = wide "s390" 64;
    isLoongArch64 = wide "loongarch" 64;
    isMicroBlaze = family "microblaze";
    isMmix = family "mmix";
    isRx = family "rx";
    isWasm = family "wasm";
    isMsp430 = family "msp430";
    isVc4 = family "vc4";
    isAvr = family "avr";
    isAlpha = family "alpha";
    isOr1k = family "or1k";
    isM68k = family "m68k";
    isArc = family "arc";
    isSh4 = family "sh";

    is32bit.cpu.bits = 32;
    is64bit.cpu.bits = 64;
    isILP32 = [ (wide "wasm" 32) (abiKind "n32") (abiKind "ilp32") (abiKind "x32") ];
    isBigEndian.cpu.significantByte = significantBytes.bigEndian;
    isLittleEndian.cpu.significantByte = significantBytes.littleEndian;

    isBSD = kernelFamily "bsd";
    isDarwin = kernelFamily "darwin";
    isUnix = with patterns; [ isBSD isDarwin isLinux isSunOS isCygwin isRedox ];
    isMacOS = kernel "macos";
    isiOS = kernel "ios";
    isLinux = kernel "linux";
    isSunOS = kernel "solaris";
    isFreeBSD.kernel.name = "freebsd";
    isNetBSD = kernel "netbsd";
    isOpenBSD = kernel "openbsd";
    isWindows = kernel "windows";
    isCygwin = kernel "cygwin";
    isMinGW = kernel "windows" // abi "gnu";
    isMsvc = kernel "windows" // abi "msvc";
    isWasi = kernel "wasi";
    isRedox = kernel "redox";
    isGhcjs = kernel "ghcjs";
    isGenode = kernel "genode";
    isNone = kernel "none";

    isAndroid = map abi [ "android" "androideabi" ];
    isGnu = map abi [ "gnuabi64" "gnuabin32" "gnu" "gnueabi" "gnueabihf" "gnuabielfv1" "gnuabielfv2" ];
    isMusl = map abi [ "musl" "musleabi" "musleabihf" "muslabin32" "muslabi64" ];
    isUClibc = map abi [ "uclibc" "uclibceabi" "uclibceabihf" ];
    isAbiElfv1 = abiKind "elfv1";
    isAbiElfv2 = [ (abiKind "elfv2") ({ abi.name = "musl"; } // wide "power" 64) ];
    isEabi.abi.eabi = true;

    isEfi =
      map (version: { cpu = { family = "arm"; inherit version; }; }) [ "6" "7" "8" ]
      ++ map family [ "riscv" "x86" "loongarch" ];
    isUefi = [ (kernel "uefi") ];
    isElf = format "elf";
    isMacho = format "macho";
    isPE = format "pe";
  };

  matchAnyAttrs = wanted: system: any (pattern: matchAttrs pattern system) (toList wanted);

  # Every pair of patterns as one; parts that contradict each other are an error.
  patternLogicalAnd =
    left: right:
    let
      both =
        a: b:
        lib.recursiveUpdateUntil (
          path: x: y:
          intersectAttrs x y == { } || x == y
          || throw "the patterns contradict each other at ${toString path}: ${toJSON x} and ${toJSON y}"
        ) a b;
    in
    concatMap (a: map (both a) (toList right)) (toList left);
in
{
  inherit patterns patternLogicalAnd matchAnyAttrs;
  predicates = mapAttrs (_: matchAnyAttrs) patterns;
  platformPatterns.isStatic = { parsed = { }; isStatic = true; };
}
