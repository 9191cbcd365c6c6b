# lib.systems: what follows from the name of a system. `elaborate` adds everything packages ask of a platform.
lib: languages:
let
  inherit (builtins) isAttrs mapAttrs removeAttrs;
  inherit (lib) optionalAttrs optionalString;
  inherit (lib.systems) architectures inspect parse platforms;

  # The value of the first case that holds: cases are pairs made by `on`.
  on = holds: value: { inherit holds value; };
  choose = cases: otherwise: (lib.findFirst (case: case.holds) { value = otherwise; } cases).value;

  functionNames = [ "canExecute" "emulator" "emulatorAvailable" "staticEmulatorAvailable" ];
  systemToAttrs = system: if isAttrs system then system else { inherit system; };

  elaborate =
    given:
    let
      wanted = systemToAttrs given;
      args = removeAttrs wanted [ "parsed" "system" "_withoutFunctions" ];

      runner =
        pkgs:
        let
          host = pkgs.stdenv.hostPlatform;
        in
        choose [
          (on (host.canExecute self) (lib.getExe (pkgs.writeShellScriptBin "exec" "exec \"$@\"")))
          (on self.isWindows "${(pkgs.winePackagesFor "wine${toString self.parsed.cpu.bits}").minimal}/bin/wine")
          (on (self.isLinux && host.isLinux && self.qemuArch != null) "${pkgs.qemu-user}/bin/qemu-${self.qemuArch}")
          (on self.isWasi "${pkgs.wasmtime}/bin/wasmtime")
          (on self.isGhcjs "${pkgs.nodejs-slim}/bin/node")
          (on self.isMmix "${pkgs.mmixware}/bin/mmix")
        ] null;

      base = {
        _withoutFunctions = removeAttrs self ([ "_withoutFunctions" ] ++ functionNames);
        parsed = parse.mkSystemFromString (args.config or wanted.system);
        system = parse.doubleFromSystem self.parsed;
        config = parse.tripleFromSystem self.parsed;

        canExecute =
          other:
          let
            mine = self.parsed;
            its = other.parsed;
            archFits = self ? gcc.arch && architectures.canExecute self.gcc.arch other.gcc.arch;
          in
          self.isAndroid == other.isAndroid
          && mine.kernel == its.kernel
          && parse.isCompatible mine.cpu its.cpu
          && (mine.cpu != its.cpu || !(other ? gcc.arch) || archFits);
        emulatorAvailable = pkgs: runner pkgs != null;
        staticEmulatorAvailable = pkgs: self.emulatorAvailable pkgs && (self.isLinux || self.isWasi || self.isMmix);
        emulator = pkgs: if self.emulatorAvailable pkgs then runner pkgs else throw "there is no emulator for programs of ${self.config}";

        useLLVM = self.isFreeBSD || self.isOpenBSD;
        useAndroidPrebuilt = false;
        useiOSPrebuilt = false;
        isStatic = self.isWasi || self.isRedox;
        hasSharedLibraries =
          !self.isStatic
          && (
            self.isAndroid || self.isGnu || self.isMusl || self.isDarwin || self.isSunOS || self.isOpenBSD || self.isFreeBSD || self.isNetBSD
            || self.isCygwin || self.isMinGW || self.isWindows || self.isWasm
          );
        libc = choose [
          (on self.isDarwin "libSystem")
          (on self.isMsvc "ucrt")
          (on self.isMinGW "msvcrt")
          (on self.isCygwin "cygwin")
          (on self.isWasi "wasilibc")
          (on self.isWasm null)
          (on self.isRedox "relibc")
          (on self.isMusl "musl")
          (on self.isUClibc "uclibc")
          (on self.isAndroid "bionic")
          (on self.isLinux "glibc")
          (on self.isFreeBSD "fblibc")
          (on self.isOpenBSD "oblibc")
          (on self.isNetBSD "nblibc")
          (on self.isAvr "avrlibc")
          (on self.isGhcjs null)
          (on self.isNone "newlib")
        ] "native/impure";
        linker = choose [ (on (self.useLLVM or false) "lld") (on self.isDarwin "cctools") ] "bfd";
        libDir = if !self.isLinux then null else if self.isx86_64 || self.isMips64 || self.isPower64 then "lib64" else "lib";
        extensions =
          let
            windows = self.isWindows || self.isCygwin;
          in
          {
            executable = optionalString windows ".exe";
            staticLibrary = if self.isWindows then ".lib" else ".a";
            library = if self.isStatic then self.extensions.staticLibrary else self.extensions.sharedLibrary;
          }
          // optionalAttrs self.hasSharedLibraries { sharedLibrary = choose [ (on self.isDarwin ".dylib") (on windows ".dll") ] ".so"; };

        gcc = (platforms.select self).gcc or args.gcc or { };
        rustc = args.rustc or { };
        androidSdkVersion = args.androidSdkVersion or null;
        androidNdkVersion = args.androidNdkVersion or null;

        uname = {
          system =
            {
              linux = "Linux"; windows = "Windows"; cygwin = "CYGWIN_NT"; darwin = "Darwin"; netbsd = "NetBSD"; freebsd = "FreeBSD";
              openbsd = "OpenBSD"; wasi = "Wasi"; redox = "Redox"; genode = "Genode";
            }
            .${self.parsed.kernel.name} or null;
          processor = choose [
            (on self.isPower64 "ppc64${optionalString self.isLittleEndian "le"}")
            (on self.isPower "ppc${optionalString self.isLittleEndian "le"}")
            (on self.isMips64 "mips64")
            (on self.isDarwin self.darwinArch)
          ] self.parsed.cpu.name;
          release = null;
        };

        linuxArch = choose [
          (on self.isAarch32 "arm")
          (on self.isAarch64 "arm64")
          (on self.isx86_32 "i386")
          (on self.isx86_64 "x86_64")
          (on self.isMicroBlaze "microblaze")
          (on (self.isMips32 || self.isMips64) "mips")
          (on self.isPower "powerpc")
          (on self.isRiscV "riscv")
          (on self.isSh4 "sh")
          (on self.isS390 "s390")
          (on self.isLoongArch64 "loongarch")
        ] self.parsed.cpu.name;
        ubootArch = choose [ (on self.isx86_32 "x86") (on self.isMips64 "mips64") ] self.linuxArch;
        qemuArch = choose [
          (on self.isAarch32 "arm")
          (on self.isAarch64 "aarch64${optionalString self.isBigEndian "_be"}")
          (on (self.isS390 && !self.isS390x) null)
          (on self.isx86_64 "x86_64")
          (on self.isx86 "i386")
          (on self.isMips64n32 "mipsn32${optionalString self.isLittleEndian "el"}")
          (on self.isMips64 "mips64${optionalString self.isLittleEndian "el"}")
        ] self.uname.processor;
        efiArch = choose [
          (on self.isx86_32 "ia32")
          (on self.isx86_64 "x64")
          (on self.isAarch32 "arm")
          (on self.isAarch64 "aa64")
        ] self.parsed.cpu.name;

        darwinArch = parse.darwinArch self.parsed.cpu;
        darwinPlatform = choose [ (on self.isMacOS "macos") (on self.isiOS "ios") ] null;
        darwinSdkVersion = self.sdkVer or "14.4";
        darwinMinVersion = "14.0";
        darwinMinVersionVariable =
          choose [ (on self.isMacOS "MACOSX_DEPLOYMENT_TARGET") (on self.isiOS "IPHONEOS_DEPLOYMENT_TARGET") ] null;
      };

      self =
        base
        // mapAttrs (_: holds: holds self.parsed) inspect.predicates
        // mapAttrs (_: holds: holds (self.gcc.arch or "default")) architectures.predicates
        // args
        // languages choose self args;
      broken = lib.findFirst (check: !check.assertion self) null (self.parsed.abi.assertions or [ ]);
    in
    assert !(args ? linux-kernel) || throw "lib.systems.elaborate: the attribute linux-kernel is no longer read";
    assert !self.useAndroidPrebuilt || self.isAndroid;
    assert broken == null || throw broken.message;
    self;
in
{
  inherit elaborate functionNames systemToAttrs;
  equals = a: b: a._withoutFunctions == b._withoutFunctions;
  flakeExposed = [
    "x86_64-linux" "aarch64-linux" "x86_64-darwin" "armv6l-linux" "armv7l-linux" "i686-linux" "aarch64-darwin" "powerpc64le-linux"
    "riscv64-linux" "x86_64-freebsd"
  ];
}
