# lib.systems.examples: systems to cross compile for.
lib:
let
  inherit (builtins) mapAttrs;
  inherit (lib.systems) platforms;

  on = config: { inherit config; };
  linux = cpu: abi: on "${cpu}-unknown-linux-${abi}";
  bare = config: { inherit config; libc = "newlib"; };
  llvm = config: { inherit config; useLLVM = true; };
  uefi = cpu: { config = "${cpu}-unknown-uefi"; libc = null; linker = "lld"; useLLVM = true; };
  mingw = libc: cpu: { config = "${cpu}-w64-mingw32"; inherit libc; };
  android = { androidSdkVersion = "35"; androidNdkVersion = "27"; };
  phone = cpu: { config = "${cpu}-apple-ios"; darwinSdkVersion = "14.3"; xcodeVer = "12.3"; useiOSPrebuilt = true; };
  mac = cpu: { config = "${cpu}-apple-darwin"; platform = { }; xcodePlatform = "MacOSX"; };
  rustTarget = rustcTarget: { rust = { inherit rustcTarget; }; };

  self = {
    gnu64 = linux "x86_64" "gnu";
    gnu32 = linux "i686" "gnu";
    musl64 = linux "x86_64" "musl";
    musl32 = linux "i686" "musl";
    aarch64-multiplatform = linux "aarch64" "gnu";
    aarch64-multiplatform-musl = linux "aarch64" "musl";
    riscv64 = linux "riscv64" "gnu";
    riscv64-musl = linux "riscv64" "musl";
    riscv32 = linux "riscv32" "gnu";

    powernv = linux "powerpc64le" "gnu";
    musl-power = linux "powerpc64le" "musl";
    ppc64 = self.ppc64-elfv2;
    ppc64-elfv1 = linux "powerpc64" "gnuabielfv1";
    ppc64-elfv2 = linux "powerpc64" "gnuabielfv2";
    ppc64-musl = linux "powerpc64" "musl" // { gcc.abi = "elfv2"; };
    ppc32 = linux "powerpc" "gnu" // rustTarget "powerpc-unknown-linux-gnu";

    armv5tel-multiplatform = linux "armv5tel" "gnueabi";
    raspberryPi = linux "armv6l" "gnueabihf" // platforms.raspberrypi;
    muslpi = self.raspberryPi // linux "armv6l" "musleabihf";
    bluefield2 = linux "aarch64" "gnu" // platforms.bluefield2;
    remarkable1 = linux "armv7l" "gnueabihf" // platforms.zero-gravitas;
    remarkable2 = linux "armv7l" "gnueabihf" // platforms.zero-sugar;
    armv7l-hf-multiplatform = linux "armv7l" "gnueabihf";
    armv7a-android-prebuilt =
      linux "armv7a" "androideabi" // rustTarget "armv7-linux-androideabi" // android // platforms.armv7a-android // { useAndroidPrebuilt = true; };
    aarch64-android-prebuilt = linux "aarch64" "android" // rustTarget "aarch64-linux-android" // android // { useAndroidPrebuilt = true; };
    aarch64-android = llvm "aarch64-unknown-linux-android" // android // { libc = "bionic"; useAndroidPrebuilt = false; };

    ben-nanonote = linux "mipsel" "uclibc" // platforms.ben_nanonote;
    fuloongminipc = linux "mipsel" "gnu" // platforms.fuloong2f_n32;
    mips-linux-gnu = linux "mips" "gnu" // platforms.gcc_mips32r2_o32;
    mipsel-linux-gnu = linux "mipsel" "gnu" // platforms.gcc_mips32r2_o32;
    mips64-linux-gnuabin32 = linux "mips64" "gnuabin32" // platforms.gcc_mips64r2_n32;
    mips64el-linux-gnuabin32 = linux "mips64el" "gnuabin32" // platforms.gcc_mips64r2_n32;
    mips64-linux-gnuabi64 = linux "mips64" "gnuabi64" // platforms.gcc_mips64r2_64;
    mips64el-linux-gnuabi64 = linux "mips64el" "gnuabi64" // platforms.gcc_mips64r2_64;
    loongarch64-linux = linux "loongarch64" "gnu" // platforms.loongarch64-multiplatform;
    loongarch64-linux-embedded =
      linux "loongarch64" "gnu"
      // { gcc = platforms.loongarch64-multiplatform.gcc // { arch = "loongarch64"; strict-align = true; }; };
    m68k = linux "m68k" "gnu";
    arc = linux "arc" "gnu";
    sh4 = linux "sh4" "gnu";
    s390 = linux "s390" "gnu";
    s390x = linux "s390x" "gnu";

    mingw-msvcrt-i686 = mingw "msvcrt" "i686";
    mingw-msvcrt-x86_64 = mingw "msvcrt" "x86_64";
    mingw-ucrt-x86_64 = mingw "ucrt" "x86_64";
    mingw-ucrt-x86_64-llvm = mingw "ucrt" "x86_64" // rustTarget "x86_64-pc-windows-gnullvm" // { useLLVM = true; };
    mingw-ucrt-aarch64 = mingw "ucrt" "aarch64" // rustTarget "aarch64-pc-windows-gnullvm" // { useLLVM = true; };
    mingw32 = self.mingw-msvcrt-i686;
    mingwW64 = self.mingw-msvcrt-x86_64;
    ucrt64 = self.mingw-ucrt-x86_64;
    ucrtAarch64 = self.mingw-ucrt-aarch64;
    x86_64-cygwin = on "x86_64-pc-cygwin";
    x86_64-netbsd = on "x86_64-unknown-netbsd";
    ghcjs = on "javascript-unknown-ghcjs";
    avr = on "avr";

    aarch64-darwin = mac "arm64";
    x86_64-darwin = mac "x86_64";
    iphone64 = phone "arm64" // { xcodePlatform = "iPhoneOS"; };
    iphone64-simulator = phone "x86_64" // { xcodePlatform = "iPhoneSimulator"; darwinPlatform = "ios-simulator"; };
    x86_64-unknown-uefi = uefi "x86_64";
    aarch64-unknown-uefi = uefi "aarch64";
    wasm32-unknown-none = llvm "wasm32-unknown-none" // rustTarget "wasm32-unknown-unknown";

    arm-embedded-nano = { config = "arm-none-eabi"; libc = "newlib-nano"; };
    armhf-embedded = bare "arm-none-eabihf" // { gcc = { arch = "armv5t"; fpu = "vfp"; }; };
    aarch64-embedded = bare "aarch64-none-elf" // rustTarget "aarch64-unknown-none";
  };
in
self
// mapAttrs (_: bare) {
  riscv64-embedded = "riscv64-none-elf"; riscv32-embedded = "riscv32-none-elf"; mips64-embedded = "mips64-none-elf";
  mips-embedded = "mips-none-elf"; mmix = "mmix-unknown-mmixware"; rx-embedded = "rx-none-elf"; msp430 = "msp430-elf"; vc4 = "vc4-elf";
  or1k = "or1k-elf"; arm-embedded = "arm-none-eabi"; aarch64be-embedded = "aarch64_be-none-elf"; ppc-embedded = "powerpc-none-eabi";
  ppcle-embedded = "powerpcle-none-eabi"; i686-embedded = "i686-elf"; x86_64-embedded = "x86_64-elf";
  microblaze-embedded = "microblazeel-none-elf";
}
// mapAttrs (_: llvm) {
  x86_64-windows = "x86_64-pc-windows-msvc"; aarch64-windows = "aarch64-pc-windows-msvc"; aarch64-freebsd = "aarch64-unknown-freebsd";
  x86_64-freebsd = "x86_64-unknown-freebsd"; x86_64-netbsd-llvm = "x86_64-unknown-netbsd"; x86_64-openbsd = "x86_64-unknown-openbsd";
  wasi32 = "wasm32-unknown-wasi";
}
