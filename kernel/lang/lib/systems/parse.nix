# lib.systems.parse: processors, vendors, kernels and binary interfaces, and the texts that name a combination of them.
lib:
let
  inherit (builtins) any attrValues elem elemAt head length mapAttrs match removeAttrs;
  inherit (lib) hasPrefix optionalString splitString;

  tagged = _type: mapAttrs (name: value: { inherit _type name; } // value);

  significantBytes = tagged "significant-byte" { bigEndian = { }; littleEndian = { }; };
  little = { significantByte = significantBytes.littleEndian; };
  big = { significantByte = significantBytes.bigEndian; };

  # Processors: the width of a word, the order of its bytes, the family, and for some the version and the compiler's name.
  cpu = bits: order: family: { inherit bits family; } // order;
  arm = bits: version: arch: cpu bits little "arm" // { inherit version arch; };
  x86 = bits: arch: cpu bits little "x86" // { inherit arch; };
  cpuTypes =
    tagged "cpu-type" {
      arm = cpu 32 little "arm";
      armv5tel = arm 32 "5" "armv5t";
      armv6m = arm 32 "6" "armv6-m";
      armv6l = arm 32 "6" "armv6";
      armv7a = arm 32 "7" "armv7-a";
      armv7r = arm 32 "7" "armv7-r";
      armv7m = arm 32 "7" "armv7-m";
      armv7l = arm 32 "7" "armv7";
      armv8a = arm 32 "8" "armv8-a";
      armv8r = arm 32 "8" "armv8-a";
      armv8m = arm 32 "8" "armv8-m";
      aarch64 = arm 64 "8" "armv8-a";
      aarch64_be = arm 64 "8" "armv8-a" // big;
      i386 = x86 32 "i386";
      i486 = x86 32 "i486";
      i586 = x86 32 "i586";
      i686 = x86 32 "i686";
      x86_64 = x86 64 "x86-64";
      microblaze = cpu 32 big "microblaze";
      microblazeel = cpu 32 little "microblaze";
      mips = cpu 32 big "mips";
      mipsel = cpu 32 little "mips";
      mips64 = cpu 64 big "mips";
      mips64el = cpu 64 little "mips";
      mmix = cpu 64 big "mmix";
      m68k = cpu 32 big "m68k";
      sh4 = cpu 32 little "sh";
      powerpc = cpu 32 big "power";
      powerpc64 = cpu 64 big "power";
      powerpc64le = cpu 64 little "power";
      powerpcle = cpu 32 little "power";
      riscv32 = cpu 32 little "riscv";
      riscv64 = cpu 64 little "riscv";
      s390 = cpu 32 big "s390";
      s390x = cpu 64 big "s390";
      sparc = cpu 32 big "sparc";
      sparc64 = cpu 64 big "sparc";
      wasm32 = cpu 32 little "wasm";
      wasm64 = cpu 64 little "wasm";
      alpha = cpu 64 little "alpha";
      rx = cpu 32 little "rx";
      msp430 = cpu 16 little "msp430";
      avr = cpu 8 { } "avr";
      vc4 = cpu 32 little "vc4";
      or1k = cpu 32 big "or1k";
      arc = cpu 32 little "arc";
      loongarch64 = cpu 64 little "loongarch";
      javascript = cpu 32 little "javascript";
    }
    // { arm64 = cpuTypes.aarch64; };

  # What else runs the programs of a processor.
  successors = {
    i386 = [ "i486" ]; i486 = [ "i586" ]; i586 = [ "i686" ]; i686 = [ "x86_64" ];
    arm = [ "armv5tel" ]; armv5tel = [ "armv6l" ]; armv6m = [ "armv6l" ]; armv6l = [ "armv7l" ];
    armv7l = [ "armv7a" "armv7r" ]; armv7m = [ "armv7a" "armv7r" ]; armv8a = [ "aarch64" ];
    powerpc = [ "powerpc64" ]; powerpcle = [ "powerpc64le" ];
    mips = [ "mips64" ]; mipsel = [ "mips64el" ]; sparc = [ "sparc64" ];
  };
  isCompatible = runner: program: runner == program || any (next: isCompatible runner cpuTypes.${next}) (successors.${program.name} or [ ]);

  vendors = tagged "vendor" { apple = { }; pc = { }; knuth = { }; w64 = { }; none = { }; unknown = { }; };
  execFormats = tagged "exec-format" { aout = { }; elf = { }; macho = { }; pe = { }; wasm = { }; unknown = { }; };
  kernelFamilies = tagged "exec-format" { bsd = { }; darwin = { }; };

  runs = execFormat: { inherit execFormat; families = { }; };
  ofFamily = name: kernel: kernel // { families = { ${name} = kernelFamilies.${name}; }; };
  kernels =
    let
      inherit (execFormats) elf macho pe unknown wasm;
    in
    tagged "kernel" {
      macos = ofFamily "darwin" (runs macho) // { name = "darwin"; };
      ios = ofFamily "darwin" (runs macho);
      freebsd = ofFamily "bsd" (runs elf);
      netbsd = ofFamily "bsd" (runs elf);
      openbsd = ofFamily "bsd" (runs elf);
      linux = runs elf;
      solaris = runs elf;
      redox = runs elf;
      genode = runs elf;
      wasi = runs wasm;
      windows = runs pe;
      cygwin = runs pe;
      uefi = runs pe;
      none = runs unknown;
      ghcjs = runs unknown;
      mmixware = runs unknown;
    }
    // {
      darwin = kernels.macos;
      watchos = kernels.ios;
      tvos = kernels.ios;
      win32 = kernels.windows;
    };

  eabi = float: { inherit float; eabi = true; };
  notOn = condition: message: { assertion = platform: !condition platform; inherit message; };
  abis = tagged "abi" {
    msvc = { };
    elf = { };
    eabi = eabi "soft";
    eabihf = eabi "hard";
    androideabi = { eabi = true; };
    android.assertions = [
      (notOn (platform: platform.isAarch32) "The ABI \"android\" is not for 32-bit ARM; that one is \"androideabi\".\n")
    ];
    gnueabi = eabi "soft";
    gnueabihf = eabi "hard";
    gnu.assertions = [
      (notOn (platform: platform.isAarch32) "On 32-bit ARM the ABI \"gnu\" may mean \"gnueabi\" or \"gnueabihf\": say which.\n")
      (notOn (platform: platform.isPower64 && platform.isBigEndian) "On big-endian PowerPC the ABI \"gnu\" may mean \"gnuabielfv1\" or \"gnuabielfv2\": say which.\n")
    ];
    gnuabi64 = { abi = "64"; };
    gnuabin32 = { abi = "n32"; };
    gnuabielfv1 = { abi = "elfv1"; };
    gnuabielfv2 = { abi = "elfv2"; };
    musl = { };
    musleabi = eabi "soft";
    musleabihf = eabi "hard";
    muslabi64 = { abi = "64"; };
    muslabin32 = { abi = "n32"; };
    uclibc = { };
    uclibceabi = eabi "soft";
    uclibceabihf = eabi "hard";
    unknown = { };
  };

  # The parts of a text, by their number and what is among them; a vendor or an ABI may be left open.
  mkSkeletonFromList =
    parts:
    let
      first = head parts;
      second = elemAt parts 1;
      third = elemAt parts 2;
      count = length parts;
      fail = why: throw "the system \"${builtins.concatStringsSep "-" parts}\" ${why}";
      abiThird = [ "eabi" "eabihf" "elf" "gnu" ];
      kernelThird = [ "redox" "mmixware" "ghcjs" "mingw32" "uefi" ];
      kernelStart = [ "freebsd" "netbsd" "openbsd" "genode" ];
      hasKernelThird =
        second == "apple" || elem third kernelThird || any (start: hasPrefix start third) kernelStart || hasPrefix "wasm32" first;
    in
    if count == 1 then
      if first == "avr" then { cpu = first; kernel = "none"; abi = "unknown"; } else fail "has one part only, so its kernel is not known"
    else if count == 2 then
      if second == "cygwin" then { cpu = first; vendor = "pc"; kernel = "cygwin"; }
      else if second == "windows" then { cpu = first; kernel = "windows"; abi = "msvc"; }
      else if second == "elf" then { cpu = first; vendor = "unknown"; kernel = "none"; abi = "elf"; }
      else { cpu = first; kernel = second; }
    else if count == 3 then
      if second == "linux" || elem third abiThird then { cpu = first; vendor = "unknown"; kernel = second; abi = third; }
      else if hasKernelThird then { cpu = first; vendor = second; kernel = if third == "mingw32" then "windows" else third; }
      else if third == "cygwin" then { cpu = first; vendor = second; kernel = third; }
      else fail "has three parts that can be read in more than one way"
    else if count == 4 then
      { cpu = first; vendor = second; kernel = third; abi = elemAt parts 3; }
    else
      fail "has ${toString count} parts";

  # Kernel names may carry a version (darwin, netbsd) or the ABI as an ending.
  kernelOf =
    name:
    let
      bare = match "(.*)e?abi.*" name;
    in
    if hasPrefix "darwin" name then "darwin"
    else if hasPrefix "netbsd" name then "netbsd"
    else if bare == null then name
    else head bare;

  pick = what: table: name: table.${name} or (throw "there is no ${what} named ${name}");
  mkSystemFromSkeleton =
    { cpu, vendor ? null, kernel, abi ? null }@parts:
    let
      chosen = {
        cpu = pick "processor" cpuTypes cpu;
        kernel = pick "kernel" kernels (kernelOf kernel);
        vendor =
          if parts ? vendor then pick "vendor" vendors vendor
          else if chosen.kernel.families ? darwin then vendors.apple
          else if chosen.kernel == kernels.windows || chosen.kernel == kernels.cygwin then vendors.pc
          else vendors.unknown;
        abi =
          let
            inherit (chosen.cpu) family bits;
            isBig = chosen.cpu.significantByte or null == significantBytes.bigEndian;
          in
          if parts ? abi then pick "ABI" abis abi
          else if chosen.kernel != kernels.linux && chosen.kernel != kernels.windows then abis.unknown
          else if family == "arm" && bits == 32 then
            if lib.versionAtLeast (chosen.cpu.version or "0") "6" then abis.gnueabihf else abis.gnueabi
          else if family == "power" && bits == 64 && isBig then abis.gnuabielfv1
          else abis.gnu;
      };
    in
    mkSystem chosen;

  mkSystem =
    parts:
    let
      known = table: value: elem value (attrValues table);
    in
    assert known cpuTypes parts.cpu && known vendors parts.vendor && known kernels parts.kernel;
    assert any (abi: abi.name == parts.abi.name) (attrValues abis);
    { _type = "system"; } // parts;

  kernelName = kernel: kernel.name + toString (kernel.version or "");
  darwinArch = cpu: if cpu.name == "aarch64" then "arm64" else cpu.name;
  isDarwinKernel = kernel: kernel.families ? darwin;
  isSystem = value: value._type or "" == "system";
  gnuNetBSDDefaultExecFormat =
    cpu: if cpu.bits == 32 && elem cpu.family [ "arm" "sparc" "m68k" "x86" ] then execFormats.aout else execFormats.elf;

  muslOf = { gnueabi = "musleabi"; gnueabihf = "musleabihf"; gnuabin32 = "muslabin32"; gnuabi64 = "muslabi64"; };
in
{
  inherit
    significantBytes cpuTypes isCompatible vendors execFormats kernelFamilies kernels abis mkSkeletonFromList mkSystemFromSkeleton mkSystem
    kernelName darwinArch isSystem gnuNetBSDDefaultExecFormat;
  mkSystemFromString = text: mkSystemFromSkeleton (mkSkeletonFromList (splitString "-" text));
  doubleFromSystem =
    { cpu, kernel, ... }: "${cpu.name}-${if isDarwinKernel kernel then "darwin" else kernelName kernel}";
  tripleFromSystem =
    { cpu, vendor, kernel, abi, ... }@system:
    let
      format = optionalString (kernel.name == "netbsd" && gnuNetBSDDefaultExecFormat cpu != kernel.execFormat) kernel.execFormat.name;
      ending = optionalString (abi.name != "unknown") "-${abi.name}";
      name = if isDarwinKernel kernel then darwinArch cpu else cpu.name;
    in
    assert isSystem system;
    "${name}-${vendor.name}-${kernelName kernel}${format}${ending}";
  mkMuslSystem =
    system:
    let
      name = system.abi.name;
      musl = if hasPrefix "musl" name then name else muslOf.${name} or "musl";
    in
    mkSystem (removeAttrs system [ "_type" ] // { abi = abis.${musl}; });

}
